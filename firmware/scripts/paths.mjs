#!/usr/bin/env node
// Longest paths between registers of a netlist that Yosys mapped for xc7, in LUT levels; carry chains counted apart.
// Usage: paths.mjs NETLIST.json [--top N] [--limit LEVELS] [--json]    exit status 1 if a path is longer than the limit
// Start: outputs of flip-flops, shift registers, block memories and DSPs, and ports. End: their inputs, and ports.
// A LUT and the asynchronous read of a distributed memory are one level each. The estimated delay only ranks paths of equal
// levels: cell delays of speed grade -1 (Xilinx DS181), wires guessed from the fan-out.
import { readFileSync } from 'node:fs';

const args = process.argv.slice(2);
const value = (name, otherwise) => (args.includes(name) ? Number(args[args.indexOf(name) + 1]) : otherwise);
const top = value('--top', 10);
const limit = value('--limit', Number.POSITIVE_INFINITY);
if (args[0] === undefined) throw new Error('usage: paths.mjs NETLIST.json [--top N] [--limit LEVELS] [--json]');
const netlist = JSON.parse(readFileSync(args[0], 'utf8'));
const design = Object.values(netlist.modules).find((m) => Number.parseInt(m.attributes?.top ?? '0', 2) === 1);
if (design === undefined) throw new Error(`${args[0]} has no top module: was it written after synth_xilinx?`);

const SOURCE = /^(FD[RSCP]E|SRL|RAMB|DSP48)/;
const isLut = (type) => /^LUT[1-6]$/.test(type);
const isLutRam = (type) => /^RAM(32|64|128|256)(M|X1)/.test(type);
const names = new Map();
for (const [name, { bits, hide_name: hidden }] of Object.entries(design.netnames)) {
  bits.forEach((bit, i) => {
    const known = names.get(bit);
    const label = bits.length > 1 ? `${name}[${i}]` : name;
    if (known === undefined || (known.hidden && !hidden)) names.set(bit, { label, hidden });
  });
}
const nameOf = (bit) => names.get(bit)?.label ?? `net ${bit}`;

const driver = new Map(); // bit -> { cell, port, index }
const fanout = new Map();
const usedInLogic = new Set(); // nets that end anywhere but in the data input of a flip-flop or shift register
const cells = Object.entries(design.cells).map(([name, c]) => ({ name, ...c }));
for (const cell of cells) {
  for (const [port, bits] of Object.entries(cell.connections)) {
    bits.forEach((bit, index) => {
      if (typeof bit !== 'number') return;
      if (cell.port_directions[port] === 'output') driver.set(bit, { cell, port, index });
      else {
        fanout.set(bit, (fanout.get(bit) ?? 0) + 1);
        if (!(/^(FD[RSCP]E|SRL)/.test(cell.type) && port === 'D')) usedInLogic.add(bit);
      }
    });
  }
}

/** Inputs of a combinational output with the cell's own delay in ns; undefined for the start of a path. */
function arcs({ cell, port, index }) {
  const { type, connections: c } = cell;
  if (isLut(type) || type === 'INV')
    return Object.entries(c)
      .filter(([p]) => p !== 'O')
      .map(([, [bit]]) => [bit, 0.124]);
  if (/^MUXF/.test(type))
    return [
      [c.I0[0], 0.24],
      [c.I1[0], 0.24],
      [c.S[0], 0.3],
    ];
  if (isLutRam(type)) {
    const address = port.startsWith('DO') ? port.replace('DO', 'ADDR') : port === 'DPO' ? 'DPRA' : 'A';
    const own = Object.entries(c).filter(([p]) =>
      address.startsWith('ADDR') ? p === address : new RegExp(`^${address}[0-9]*$`).test(p),
    );
    return own.flatMap(([, bits]) => bits.map((bit) => [bit, 0.124]));
  }
  if (type === 'CARRY4') {
    const own = [
      [c.CI?.[0], port === 'O' ? 0.33 : 0.114],
      [c.CYINIT?.[0], 0.58],
    ];
    for (let i = 0; i <= index; i++) own.push([c.S[i], 0.53], [i < index || port === 'CO' ? c.DI[i] : undefined, 0.51]);
    return own;
  }
  if (/^(IBUF|OBUF|BUFG)/.test(type)) return [[c.I[0], 0]];
  return undefined;
}

/** Worst arrival at a net: LUT levels, carry cells, multiplexers, delay, and where it came from. */
const arrival = new Map();
const rank = (a, b) => a.levels - b.levels || a.delay - b.delay;
function arrive(start) {
  const stack = [start];
  while (stack.length > 0) {
    const bit = stack.at(-1);
    if (arrival.get(bit)?.done) {
      stack.pop();
      continue;
    }
    const from = driver.get(bit);
    const inputs = from === undefined ? undefined : arcs(from)?.filter(([b]) => typeof b === 'number');
    if (inputs === undefined) {
      const type = from?.cell.type ?? 'port';
      const delay = /^RAMB/.test(type) ? (registeredRam(from.cell) ? 0.88 : 2.45) : /^DSP/.test(type) ? 0.43 : 0.46;
      arrival.set(bit, { done: true, levels: 0, carries: 0, muxes: 0, delay, type });
      stack.pop();
      continue;
    }
    const open = inputs.filter(([b]) => !arrival.get(b)?.done);
    if (open.length > 0 && !arrival.has(bit)) {
      arrival.set(bit, { done: false });
      stack.push(...open.map(([b]) => b));
      continue;
    }
    const { type } = from.cell;
    let worst = { levels: 0, carries: 0, muxes: 0, delay: 0 };
    for (const [b, own] of inputs) {
      const at = arrival.get(b);
      if (!at?.done) continue; // a combinational loop: Yosys reports those itself
      const inside = type === 'CARRY4' && driver.get(b)?.cell.type === 'CARRY4' && b === from.cell.connections.CI?.[0];
      const wire = inside || /^MUXF/.test(type) ? 0 : 0.45 + 0.1 * Math.log2(fanout.get(b) ?? 1);
      const next = {
        levels: at.levels + (isLut(type) || isLutRam(type) || type === 'INV' ? 1 : 0),
        carries: at.carries + (type === 'CARRY4' ? 1 : 0),
        muxes: at.muxes + (/^MUXF/.test(type) ? 1 : 0),
        delay: at.delay + own + wire,
        previous: b,
      };
      if (rank(next, worst) > 0) worst = next;
    }
    arrival.set(bit, { ...worst, done: true, type });
    stack.pop();
  }
  return arrival.get(start);
}
const bit1 = (cell, name) => /1/.test(String(cell.parameters?.[name] ?? '0'));
const registeredRam = (cell) => bit1(cell, 'DOA_REG') || bit1(cell, 'DOB_REG');
/** Registered inside, or by flip-flops with nothing in between (which Vivado moves inside, and Yosys leaves outside). */
const straightRam = (cell) =>
  registeredRam(cell) ||
  Object.entries(cell.connections).every(
    ([p, bits]) => !p.startsWith('DO') || bits.every((bit) => typeof bit !== 'number' || !usedInLogic.has(bit)),
  );

// Ends: every input of a cell that starts paths, except clocks; output ports
const ends = [];
for (const cell of cells) {
  if (!SOURCE.test(cell.type) && !isLutRam(cell.type)) continue;
  for (const [port, bits] of Object.entries(cell.connections)) {
    if (cell.port_directions[port] !== 'input' || /^(C|CLK|WCLK|CLKARDCLK|CLKBWRCLK|REGCLK.*)$/.test(port)) continue;
    bits.forEach((bit, i) => {
      if (typeof bit === 'number' && driver.has(bit))
        ends.push({ bit, cell, port: bits.length > 1 ? `${port}[${i}]` : port });
    });
  }
}
const out = (cell) =>
  Object.entries(cell.connections).find(
    ([p, b]) => cell.port_directions[p] === 'output' && typeof b[0] === 'number',
  )?.[1][0];
const found = ends.map((end) => ({ ...end, at: arrive(end.bit) })).sort((a, b) => rank(b.at, a.at));
const histogram = {};
for (const { at } of found) histogram[at.levels] = (histogram[at.levels] ?? 0) + 1;

// One line per register vector: the worst bit stands for it
const seen = new Set();
const worst = [];
for (const { bit, cell, port, at } of found) {
  const path = [bit];
  while (arrival.get(path.at(-1)).previous !== undefined) path.push(arrival.get(path.at(-1)).previous);
  const start = path.at(-1);
  const [from, to] = [nameOf(start), `${nameOf(out(cell))}.${port}`];
  const key = `${from} ${to}`.replace(/\[\d+\]/g, '');
  if (seen.has(key)) continue;
  seen.add(key);
  const via = path
    .slice(1, -1)
    .map(nameOf)
    .filter((n) => !n.startsWith('$'))
    .reverse();
  worst.push({
    levels: at.levels,
    carries: at.carries,
    muxes: at.muxes,
    delayNs: Number(at.delay.toFixed(2)),
    from,
    start: arrival.get(start).type,
    to,
    end: cell.type,
    via,
  });
  if (worst.length === top) break;
}

const count = (type, ok) => {
  const all = cells.filter((c) => type.test(c.type));
  return { all: all.length, registered: all.filter(ok).length };
};
const report = {
  levels: found[0]?.at.levels ?? 0,
  carries: Math.max(0, ...worst.map((w) => w.carries)),
  histogram,
  blockMemories: count(/^RAMB/, straightRam),
  dsps: count(/^DSP48E1$/, (c) => bit1(c, 'AREG') && bit1(c, 'BREG') && bit1(c, 'MREG') && bit1(c, 'PREG')),
  worst,
};
if (args.includes('--json')) console.log(JSON.stringify(report, null, 2));
else {
  console.log(
    `longest path: ${report.levels} LUT levels; ends by levels: ${Object.entries(histogram)
      .map(([l, n]) => `${l}: ${n}`)
      .join(', ')}`,
  );
  console.log(
    `registered: outputs of ${report.blockMemories.registered} of ${report.blockMemories.all} block memories; operands, product and sum of ${report.dsps.registered} of ${report.dsps.all} DSPs`,
  );
  for (const w of worst) {
    console.log(
      `${String(w.levels).padStart(3)} LUT ${w.carries} CARRY4 ${w.muxes} MUXF ~${w.delayNs} ns  ${w.from} (${w.start}) -> ${w.to} (${w.end})${w.via.length > 0 ? `  via ${w.via.join(', ')}` : ''}`,
    );
  }
}
process.exitCode = report.levels > limit ? 1 : 0;
