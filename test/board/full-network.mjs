// node full-network.mjs FILE: a whole ZynqNet (256x256, 1000 classes, 530 million products a frame) with random weights, always
// the same ones. What it answers means nothing; that two engines answer the same means much.
import { writeFileSync } from 'node:fs';
import { randomConvs, randomModelFile } from '../../dist/tools/bench/random-weights.js';
import { zynqnet } from '../../dist/tools/zqn/topologies.js';

const file = process.argv[2];
if (file === undefined) throw new Error('usage: node full-network.mjs FILE');
const topology = zynqnet({ classes: 1000 });
writeFileSync(file, randomModelFile(topology, randomConvs(topology, 1)));
