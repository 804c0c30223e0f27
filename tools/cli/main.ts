#!/usr/bin/env node
// `zynqnetd` in a checkout: what a board has, and the tools of a PC.
import { commandsWith } from '../../daemon/cli/commands.js';
import { runProgram } from '../../daemon/cli/program.js';
import { toolCommands } from './commands.js';

process.exitCode = await runProgram(commandsWith(toolCommands), process.argv.slice(2));
