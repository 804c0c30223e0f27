#!/usr/bin/env node
import { lintWith } from './lint.mjs';
// Runs flake8 over every Python file of the repository. Ends with 1 if it finds anything.
import { filesMatching } from './tracked-files.mjs';

lintWith('flake8', filesMatching(/\.py$/));
