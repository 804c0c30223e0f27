#!/usr/bin/env node
// Longest paths of a placement: cells' delays of timing.json, wires by the distance of what they join.
// Usage: report.mjs FOLDER PRESET SEED [--top N]     reads placed.json, timing.json, grid.json; one line, then a line a path
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, preset, seed] = process.argv.slice(2);
const top = process.argv.includes('--top') ? Number(process.argv[process.argv.indexOf('--top') + 1]) : 8;
const read = (name) => JSON.parse(readFileSync(join(folder, name), 'utf8'));
const { wire, wirePerSlice } = read('grid.json');
const timing = new Map(read('timing.json'));
const design = Object.values(read('placed.json').modules)[0];

const netName = new Map();
for (const [name, { bits }] of Object.entries(design.netnames)) netName.set(bits[0], name);
const cells = Object.entries(design.cells).map(([name, c]) => {
  const [, x, y] = /^X(\d+)Y(\d+)_/.exec(c.attributes.NEXTPNR_BEL).map(Number);
  return { name, type: c.type, connections: c.connections, directions: c.port_directions, x, y, arcs: timing.get(name) };
});
const driver = new Map(); // net -> { cell, port }
const fanout = new Map();
for (const cell of cells) {
  for (const [port, [net]] of Object.entries(cell.connections)) {
    if (cell.directions[port] === 'output') driver.set(net, { cell, port });
    else fanout.set(net, (fanout.get(net) ?? 0) + 1);
  }
}
const distance = (a, b) => Math.abs(a.x - b.x) + Math.abs(a.y - b.y);
const clocked = new Map(); // "cell port" -> delay
const into = new Map(); // "cell output" -> [[input, delay]]
for (const cell of cells) {
  for (const [port, delay] of cell.arcs?.out ?? []) clocked.set(`${cell.name} ${port}`, delay);
  for (const [a, b, delay] of cell.arcs?.through ?? []) {
    const key = `${cell.name} ${b}`;
    into.set(key, [...(into.get(key) ?? []), [a, delay]]);
  }
}
/** When a cell's output is there, and through which input. */
const known = new Map();
function ready(cell, port) {
  const key = `${cell.name} ${port}`;
  if (known.has(key)) return known.get(key);
  known.set(key, { at: 0 }); // a loop ends here
  let best = { at: clocked.get(key) ?? 0 };
  for (const [input, delay] of into.get(key) ?? []) {
    const arrival = arrive(cell, input);
    if (arrival !== undefined && arrival.at + delay > best.at) best = { at: arrival.at + delay, by: arrival };
  }
  known.set(key, best);
  return best;
}
function arrive(cell, input) {
  const net = cell.connections[input]?.[0];
  const from = driver.get(net);
  if (from === undefined || from.cell.type === 'CLOCK') return undefined;
  const start = ready(from.cell, from.port);
  const length = distance(from.cell, cell);
  return { at: start.at + wire + wirePerSlice * length, net, from: from.cell, to: cell, length, by: start.by };
}
const ends = cells.flatMap((cell) => (cell.arcs?.setup ?? []).map(([port, setup]) => ({ cell, arrival: arrive(cell, port), setup })).filter((e) => e.arrival !== undefined));
for (const e of ends) e.ns = e.arrival.at + e.setup;
ends.sort((a, b) => b.ns - a.ns);

console.log(`${preset} seed ${seed}: ${(1000 / ends[0].ns).toFixed(1)} MHz (${ends[0].ns.toFixed(2)} ns)`);
const seen = new Set();
for (const e of ends) {
  const hops = [];
  for (let a = e.arrival; a !== undefined; a = a.by) hops.unshift(a);
  const plain = (net) => (netName.get(net) ?? `net ${net}`).replace(/^.*u_top\./, '');
  const key = [plain(hops[0].net), e.cell.type, ...hops.map((h) => h.to.type)].join(' ').replace(/\d+/g, '#');
  if (seen.has(key)) continue;
  seen.add(key);
  console.log(`  ${e.ns.toFixed(2)} ns  ${hops[0].from.type} ${hops.map((h) => `--${plain(h.net)} (fan-out ${fanout.get(h.net)}, ${h.length} slices)--> ${h.to.type}`).join(' ')} ${Object.values(e.cell.connections).length > 0 ? plain(e.cell.connections.O0?.[0]) : ''}`);
  if (seen.size === top) break;
}
