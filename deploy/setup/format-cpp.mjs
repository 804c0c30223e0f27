#!/usr/bin/env node
// Formats the C++ code with clang-format. With --check it changes nothing and ends with 1 if a file is not formatted.
import { lintWith } from './lint.mjs';
import { filesMatching } from './tracked-files.mjs';

const files = filesMatching(/^(native|firmware\/tb)\/.*\.(cpp|hpp)$/);
lintWith('clang-format', files, process.argv.includes('--check') ? ['--dry-run', '-Werror'] : ['-i']);
