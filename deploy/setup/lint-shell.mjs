#!/usr/bin/env node
import { lintWith } from './lint.mjs';
// Runs shellcheck over every shell script of the repository, known by its first line. Ends with 1 if it finds anything.
import { filesMatching, firstLine } from './tracked-files.mjs';

const scripts = filesMatching(/^/).filter((name) => /^#!.*\b(sh|bash|dash|ash)\b/.test(firstLine(name)));
lintWith('shellcheck', scripts);
