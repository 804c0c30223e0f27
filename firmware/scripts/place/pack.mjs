#!/usr/bin/env node
// Packs a netlist of Yosys (synth_xilinx -family xc7) into cells that nextpnr-generic can place, with their delays and a grid.
// Usage: pack.mjs NETLIST.json PRESET OUT-FOLDER    writes netlist.json, timing.json and grid.json
// A carry chain is one cell with the LUTs in front of it and the registers behind it; so is a DSP cascade; a LUT and the only
// register it drives are one cell. Clocks are ideal. Which registers may share a slice (their enables and resets) is not
// checked, nor is routing.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { delaysNs, parts } from './devices.mjs';
import { grid } from './grid.mjs';

const [file, preset, out] = process.argv.slice(2);
const device = parts[preset];
const ns = Object.fromEntries(Object.entries(delaysNs).map(([k, v]) => [k, v * device.speed]));
const design = Object.values(JSON.parse(readFileSync(file, 'utf8')).modules).find((m) => Number.parseInt(m.attributes?.top ?? '0', 2) === 1);

const cells = Object.entries(design.cells).map(([name, c]) => ({ name, ...c }));
const is = (cell, pattern) => pattern.test(cell.type);
const FF = /^FD[RSCP]E$/;
const LUT = /^(LUT[1-6]|INV)$/;
const driver = new Map(); // net -> { cell, port, index }
const sinks = new Map(); // net -> [{ cell, port, index }]
for (const cell of cells) {
  for (const [port, bits] of Object.entries(cell.connections)) {
    bits.forEach((net, index) => {
      if (typeof net !== 'number') return;
      if (cell.port_directions[port] === 'output') driver.set(net, { cell, port, index });
      else sinks.set(net, [...(sinks.get(net) ?? []), { cell, port, index }]);
    });
  }
}
/** The only reader of a net. */
const only = (net) => (sinks.get(net)?.length === 1 ? sinks.get(net)[0] : undefined);
/** Other names of nets: behind pads and clock buffers. */
const alias = new Map();
for (const cell of cells) if (is(cell, /^(IBUF|OBUF|BUFG)$/)) alias.set(cell.connections.O[0], cell.connections.I[0]);
const net = (bit) => (alias.has(bit) ? net(alias.get(bit)) : bit);

const absorbed = new Set(); // cells that are part of another
const packed = []; // { name, type, inputs: [{ net, setup?, to?: [[output, ns]] }], outputs: [{ net, clocked? }] }
const ffInputs = (ff) => ['CE', 'R', 'S', 'CLR', 'PRE'].flatMap((p) => ff.connections[p] ?? []).filter((b) => typeof b === 'number').map((b) => ({ net: b, setup: ns.enableSetup }));
const lutInputs = (cell) => Object.entries(cell.connections).filter(([p]) => cell.port_directions[p] === 'input').flatMap(([, b]) => b).filter((b) => typeof b === 'number');
/** A register that nothing but this net feeds. */
function registerBehind(bit) {
  const sink = only(bit);
  return sink !== undefined && is(sink.cell, FF) && sink.port === 'D' && !absorbed.has(sink.cell) ? sink.cell : undefined;
}
/** The LUT, or LUTs and MUXF, in front of a net that feeds nothing else: its inputs with their delays. */
function logicBefore(bit) {
  const from = driver.get(bit)?.cell;
  if (from === undefined || absorbed.has(from) || only(bit) === undefined) return [{ net: bit, delay: 0 }];
  if (is(from, LUT)) {
    absorbed.add(from);
    return lutInputs(from).map((b) => ({ net: b, delay: ns.lut }));
  }
  if (!is(from, /^MUXF/)) return [{ net: bit, delay: 0 }];
  absorbed.add(from);
  return lutInputs(from).flatMap((b) => (b === from.connections.S[0] ? [{ net: b, delay: 0 }] : logicBefore(b))).map((i) => ({ ...i, delay: i.delay + ns.muxf }));
}

// Carry chains
const chainSizes = [];
for (const first of cells.filter((c) => c.type === 'CARRY4' && driver.get(c.connections.CI?.[0])?.cell.type !== 'CARRY4')) {
  const chain = [first];
  for (;;) {
    const next = (sinks.get(chain.at(-1).connections.CO?.[3]) ?? []).find((s) => s.port === 'CI');
    if (next === undefined) break;
    chain.push(next.cell);
  }
  const inputs = []; // { net, delay, at }: reaches bits from `at` on
  const outs = []; // { net, at, carry, ff }
  chain.forEach((carry, n) => {
    absorbed.add(carry);
    const c = carry.connections;
    for (const p of n === 0 ? [c.CI?.[0], c.CYINIT?.[0]] : []) if (typeof p === 'number') inputs.push({ net: p, delay: 0, at: 0 });
    for (let i = 0; i < 4; i++) {
      for (const b of [c.S?.[i], c.DI?.[i]]) if (typeof b === 'number') inputs.push(...logicBefore(b).map((input) => ({ ...input, at: 4 * n + i })));
      for (const [b, isCarry] of [[c.O?.[i], false], [c.CO?.[i], true]]) {
        const readers = typeof b === 'number' ? (sinks.get(b) ?? []).filter((s) => !(s.port === 'CI' && s.cell.type === 'CARRY4')) : [];
        if (readers.length > 0) outs.push({ net: b, at: 4 * n + i, carry: isCarry });
      }
    }
  });
  const through = (from, to, carry) => {
    const [a, b] = [from >> 2, to >> 2];
    return a === b ? ns.carryInside : ns.carryIn + ns.carryThrough * (b - a - 1) + (carry ? ns.carryToOut : ns.carryToSum);
  };
  const size = [2, 4, 8, 12].find((s) => s >= chain.length) ?? chain.length; // few kinds: the placer solves each on its own
  const cell = { name: first.name, type: `CHAIN${size}`, inputs: [], outputs: [] };
  chainSizes.push(size);
  for (const o of outs) {
    o.ff = o.carry ? undefined : registerBehind(o.net);
    if (o.ff !== undefined) {
      absorbed.add(o.ff);
      cell.inputs.push(...ffInputs(o.ff));
      cell.outputs.push({ net: o.ff.connections.Q[0], clocked: ns.clockToQ });
    } else {
      o.index = cell.outputs.length;
      cell.outputs.push({ net: o.net });
    }
  }
  for (const i of inputs) {
    const reached = outs.filter((o) => o.at >= i.at);
    const setup = Math.max(-1, ...reached.filter((o) => o.ff !== undefined).map((o) => through(i.at, o.at, o.carry)));
    if (setup >= 0) cell.inputs.push({ net: i.net, setup: i.delay + setup + ns.setup });
    const to = reached.filter((o) => o.ff === undefined).map((o) => [o.index, i.delay + through(i.at, o.at, o.carry)]);
    if (to.length > 0) cell.inputs.push({ net: i.net, to });
  }
  packed.push(cell);
}

// DSP cascades, memories, then single cells
for (const first of cells.filter((c) => c.type === 'DSP48E1' && driver.get(c.connections.PCIN?.[0])?.cell.type !== 'DSP48E1')) {
  const cascade = [first];
  for (;;) {
    const next = (sinks.get(cascade.at(-1).connections.PCOUT?.[0]) ?? []).find((s) => s.port === 'PCIN');
    if (next === undefined) break;
    cascade.push(next.cell);
  }
  const cell = { name: first.name, type: cascade.length > 1 ? 'DSP4' : 'DSP1', inputs: [], outputs: [] };
  for (const dsp of cascade) {
    absorbed.add(dsp);
    for (const [port, bits] of Object.entries(dsp.connections)) {
      if (/^(PC|AC|BC|CLK)/.test(port)) continue;
      for (const b of bits.filter((x) => typeof x === 'number')) {
        if (dsp.port_directions[port] === 'output') {
          if (sinks.has(b)) cell.outputs.push({ net: b, clocked: ns.dspClockToOut });
        } else cell.inputs.push({ net: b, setup: ns.dspSetup });
      }
    }
  }
  packed.push(cell);
}
for (const cell of cells) {
  if (absorbed.has(cell) || is(cell, /^(IBUF|OBUF|BUFG)$/)) continue;
  const c = cell.connections;
  const pins = (wanted) => Object.entries(c).filter(([p]) => cell.port_directions[p] === wanted && !/^(C|CLK|WCLK|CLKARDCLK|CLKBWRCLK)$/.test(p)).flatMap(([p, bits]) => bits.filter((b) => typeof b === 'number' && (wanted === 'input' || sinks.has(b))).map((b) => ({ port: p, net: b })));
  if (is(cell, /^RAMB/)) {
    packed.push({ name: cell.name, type: cell.type === 'RAMB36E1' ? 'BRAM' : 'BRAM18', inputs: pins('input').map((i) => ({ net: i.net, setup: ns.bramSetup })), outputs: pins('output').map((o) => ({ net: o.net, clocked: ns.bramClockToOut })) });
  } else if (is(cell, /^RAM/)) {
    const outputs = pins('output');
    const asynchronous = (i) => outputs.map((o, n) => [n, ns.lut, o.port.replace('DO', 'ADDR')]).filter(([, , address]) => (i.port.startsWith('ADDR') ? i.port === address : /^(DPRA|A)\d/.test(i.port)));
    packed.push({
      name: cell.name, type: 'RAMS', outputs: outputs.map((o) => ({ net: o.net })),
      inputs: pins('input').flatMap((i) => {
        const to = asynchronous(i).map(([n, d]) => [n, d]);
        return to.length > 0 ? [{ net: i.net, to }] : [{ net: i.net, setup: ns.ramWriteSetup }];
      }),
    });
  } else if (is(cell, /^SRL/)) {
    packed.push({ name: cell.name, type: 'LC', inputs: pins('input').map((i) => ({ net: i.net, setup: ns.srlSetup })), outputs: pins('output').map((o) => ({ net: o.net, clocked: ns.srlClockToQ })) });
  }
}
for (const ff of cells.filter((c) => is(c, FF) && !absorbed.has(c))) {
  const d = ff.connections.D[0];
  const before = typeof d === 'number' ? logicBefore(d) : [];
  const withLogic = before.some((i) => i.delay > 0);
  packed.push({ name: ff.name, type: withLogic ? 'LC' : 'FFX', inputs: [...ffInputs(ff), ...before.map((i) => ({ net: i.net, setup: i.delay + ns.setup }))], outputs: [{ net: ff.connections.Q[0], clocked: ns.clockToQ }] });
  absorbed.add(ff);
}
for (const cell of cells.filter((c) => is(c, /^MUXF8$/)).concat(cells.filter((c) => is(c, /^MUXF7$/)), cells.filter((c) => is(c, LUT)))) {
  if (absorbed.has(cell)) continue;
  absorbed.add(cell);
  const inputs = is(cell, LUT) ? lutInputs(cell).map((b) => ({ net: b, delay: ns.lut })) : lutInputs(cell).flatMap((b) => (b === cell.connections.S[0] ? [{ net: b, delay: 0 }] : logicBefore(b))).map((i) => ({ ...i, delay: i.delay + ns.muxf }));
  packed.push({ name: cell.name, type: 'LC', inputs: inputs.map((i) => ({ net: i.net, to: [[0, i.delay]] })), outputs: [{ net: cell.connections.O[0] }] });
}
for (const [name, { bits, direction }] of Object.entries(design.ports)) {
  bits.forEach((bit, i) => {
    if (typeof bit !== 'number' || /^clk/.test(name)) return;
    packed.push({ name: `${name}[${i}]`, type: 'PIN', inputs: direction === 'output' ? [{ net: bit, setup: ns.pinSetup }] : [], outputs: direction === 'input' ? [{ net: bit, clocked: ns.pinClockToOut }] : [] });
  });
}

// Everything out: nets that nobody drives or reads are left away; the clock is a cell with a global buffer's place
const names = new Map();
for (const [name, { bits, hide_name: hidden }] of Object.entries(design.netnames)) bits.forEach((bit, i) => { if (!names.has(bit) || !hidden) names.set(bit, bits.length > 1 ? `${name}[${i}]` : name); });
const driven = new Set(packed.flatMap((c) => c.outputs.map((o) => net(o.net))));
const CLOCK = 1;
const count = {};
const netlist = { clock_source: { type: 'CLOCK', parameters: {}, attributes: {}, port_directions: { O: 'output' }, connections: { O: [CLOCK] } } };
const timing = [];
for (const cell of packed) {
  cell.inputs = cell.inputs.filter((i) => driven.has(net(i.net)));
  count[cell.type] = (count[cell.type] ?? 0) + 1;
  const directions = { C: 'input' };
  const connections = { C: [CLOCK] };
  const arcs = { setup: [], out: [], through: [] };
  cell.inputs.forEach((i, n) => {
    directions[`I${n}`] = 'input';
    connections[`I${n}`] = [net(i.net) + 10];
    if (i.setup !== undefined) arcs.setup.push([`I${n}`, i.setup]);
    else for (const [to, delay] of i.to) arcs.through.push([`I${n}`, `O${to}`, delay]);
  });
  cell.outputs.forEach((o, n) => {
    directions[`O${n}`] = 'output';
    connections[`O${n}`] = [net(o.net) + 10];
    if (o.clocked !== undefined) arcs.out.push([`O${n}`, o.clocked]);
  });
  netlist[cell.name] = { type: cell.type, parameters: {}, attributes: {}, port_directions: directions, connections };
  timing.push([cell.name, arcs]);
}
const netnames = { clock: { hide_name: 0, bits: [CLOCK], attributes: {} } };
for (const [bit, name] of names) if (driven.has(bit)) netnames[name] = { hide_name: 0, bits: [bit + 10], attributes: {} };
const places = grid(device, count, chainSizes);
const pins = places.bels.filter(([type]) => type === 'PIN').map(([, x, y, z]) => `X${x}Y${y}_PIN${z}`);
for (const cell of Object.values(netlist)) if (cell.type === 'PIN') cell.attributes.BEL = pins.pop(); // the placer's anchors
writeFileSync(join(out, 'grid.json'), JSON.stringify({ ...places, wire: ns.wire, wirePerSlice: ns.wirePerSlice }));
const top = { attributes: { top: '00000000000000000000000000000001' }, ports: {}, cells: netlist, netnames };
console.log(`${preset} on ${device.part}: ${Object.entries(count).map(([t, n]) => `${n} ${t}`).join(', ')}`);
writeFileSync(join(out, 'netlist.json'), JSON.stringify({ creator: 'pack.mjs', modules: { [preset.replaceAll('-', '_')]: top } }));
writeFileSync(join(out, 'timing.json'), JSON.stringify(timing));
