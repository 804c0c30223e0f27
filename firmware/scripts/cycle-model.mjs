#!/usr/bin/env node
// Paper model of the accelerator: cycles per ZynqNet layer and preset from the rules of docs/accelerator.md, to see the
// utilization before building. Traffic: 70 % of the beats of each port, and 70 % of 4.26 GB/s for the board.
// Usage: cycle-model.mjs [--json]
import { readPresets } from '../regs/presets.mjs';

/** ZynqNet at 256x256: name, output edge, quads per position and tap, taps, output channels, real MACs per output, new input bytes. */
function zynqNet() {
  /** @type {[number, number, number, 0 | 1][]} number, squeeze channels, expand channels, whether strided */
  const fires = [
    [2, 16, 64, 1],
    [3, 16, 64, 0],
    [4, 32, 128, 1],
    [5, 32, 128, 0],
    [6, 64, 256, 1],
    [7, 64, 192, 0],
    [8, 112, 256, 1],
    [9, 112, 368, 0],
  ];
  const layers = [{ name: 'conv1', edge: 128, rounds: [4, 3], taps: 1, out: 64, k: 27, inBytes: 128 * 128 * 32 }];
  let edge = 128;
  let channels = 64;
  const add = (name, edgeOut, cin, taps, out, inBytes) =>
    layers.push({ name, edge: edgeOut, rounds: Array(cin / 16).fill(4), taps, out, k: cin * taps, inBytes });
  for (const [n, squeeze, expand, strided] of fires) {
    const inBytes = edge * edge * channels;
    if (strided) edge /= 2;
    add(`fire${n}/squeeze`, edge, channels, strided ? 9 : 1, squeeze, inBytes);
    add(`fire${n}/expand`, edge, squeeze, 1, expand, edge * edge * squeeze);
    add(`fire${n}/expand3`, edge, squeeze, 9, expand, 0);
    channels = 2 * expand;
  }
  add('conv10', edge, channels, 1, 1024, edge * edge * channels);
  return layers;
}

function model(preset) {
  const { lanes, slots, drainCycles, ports, clockMHz } = preset;
  const boardBytes = (0.7 * 4260) / clockMHz;
  const portBytes = ports * 8 * 0.7;
  const onChip = (16 << (preset.actDepthLog2 + preset.banksLog2)) / 2;
  let cycles = 0;
  let macs = 0;
  const rows = zynqNet().map((l) => {
    const tile = Math.max(
      slots * drainCycles,
      l.taps * l.rounds.reduce((sum, quads) => sum + Math.max(quads, slots), 0),
    );
    const slotCount = l.edge * Math.ceil(l.edge / lanes);
    const compute = Math.ceil(slotCount / slots) * tile * Math.ceil(l.out / 16);
    const weightBytes = Math.ceil(l.out / 16) * 64 * (2 + l.taps * l.rounds.reduce((a, b) => a + b, 0));
    const outBytes = l.name === 'conv10' ? 4096 : l.edge * l.edge * l.out;
    const read = weightBytes + (l.inBytes > onChip || l.name === 'conv1' ? l.inBytes : 0);
    const write = outBytes > onChip ? outBytes : 0;
    const traffic = Math.max(
      read / Math.min(portBytes, boardBytes),
      write / Math.min(portBytes, boardBytes),
      (read + write) / boardBytes,
    );
    const layer = {
      name: l.name,
      macs: l.edge * l.edge * l.out * l.k,
      compute,
      traffic: Math.ceil(traffic),
      cycles: Math.ceil(Math.max(compute, traffic)) + 60,
    };
    cycles += layer.cycles;
    macs += layer.macs;
    return { ...layer, utilization: layer.macs / layer.cycles / (lanes * slots * 64) };
  });
  return {
    preset: preset.name,
    cycles,
    macs,
    macUtilization: macs / cycles / (lanes * slots * 64),
    framesPerSecond: (clockMHz * 1e6) / cycles,
    rows,
  };
}

const results = readPresets().map(model);
if (process.argv.includes('--json')) console.log(JSON.stringify(results, null, 2));
else {
  for (const r of results) {
    console.log(
      `${r.preset}: ${r.cycles} cycles, utilization ${r.macUtilization.toFixed(3)}, ${r.framesPerSecond.toFixed(1)} frames/s`,
    );
    for (const l of r.rows) {
      console.log(
        `  ${l.name.padEnd(15)} compute ${String(l.compute).padStart(7)}  traffic ${String(l.traffic).padStart(7)}  utilization ${l.utilization.toFixed(3)}`,
      );
    }
  }
}
