import type { Command } from 'commander';
import { addLazily, examples, type LazyCommand } from '../../daemon/cli/lazy.js';

/** Members live in `model-<name>.ts`, each with a `register`. */
const members: readonly LazyCommand[] = [
  { name: 'inspect', summary: 'what a model file holds', load: () => import('./model-inspect.js') },
  {
    name: 'import',
    summary: 'make a model from an ONNX, Caffe or Deep Compression network',
    load: () => import('./model-import.js'),
  },
  { name: 'get', summary: 'fetch, check and import a public original', load: () => import('./model-get.js') },
  {
    name: 'pack',
    summary: 'make a model file of a folder that training/ exported',
    load: () => import('./model-pack.js'),
  },
  {
    name: 'unpack',
    summary: 'make a folder of plain arrays of a model file',
    load: () => import('./model-unpack.js'),
  },
  { name: 'compress', summary: 'make a small int8 model of a float model', load: () => import('./model-compress.js') },
  { name: 'keygen', summary: 'make a key pair for signing models', load: () => import('./model-keygen.js') },
  { name: 'sign', summary: 'sign a model for `command/model/install`', load: () => import('./model-sign.js') },
];

export async function register(command: Command, argv: readonly string[]): Promise<void> {
  await addLazily(command, members, argv);
  examples(command, ['zynqnetd model inspect daemon/model/default/roadsigns.zqn']);
}
