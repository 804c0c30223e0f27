#!/usr/bin/env node
// `zynqnetd` in a checkout: what a board has, and the tools of a PC.
import { daemonCommands } from '../../daemon/cli/commands.js';
import { runProgram } from '../../daemon/cli/program.js';
import { toolCommands } from './commands.js';

// In the order in which a newcomer meets them.
const order = ['run', 'classify', 'eval', 'watch', 'model', 'scene', 'bench', 'doctor', 'fleet', 'config'];
const commands = [...daemonCommands, ...toolCommands].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));

process.exitCode = await runProgram(commands, process.argv.slice(2));
