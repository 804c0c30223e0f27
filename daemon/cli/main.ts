#!/usr/bin/env node
// `zynqnetd` on a board: the commands of daemon/ only. A checkout's command is tools/cli/main.ts.
import { boardCommands } from './commands.js';
import { runProgram } from './program.js';

process.exitCode = await runProgram(boardCommands, process.argv.slice(2));
