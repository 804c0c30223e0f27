// SystemVerilog module of a preset: zn_top with its parameters, and the AXI signals that never change.
import { multipliers, topModule } from './presets.mjs';
import { banner } from './spec.mjs';

// Name, direction as seen from the module, width; 1 is a plain wire.
/** @typedef {[name: string, direction: string, width: number]} Signal */

/** @type {Signal[]} */
const liteSignals = [
  ['awvalid', 'input', 1],
  ['awready', 'output', 1],
  ['awaddr', 'input', 12],
  ['awprot', 'input', 3],
  ['wvalid', 'input', 1],
  ['wready', 'output', 1],
  ['wdata', 'input', 32],
  ['wstrb', 'input', 4],
  ['bvalid', 'output', 1],
  ['bready', 'input', 1],
  ['bresp', 'output', 2],
  ['arvalid', 'input', 1],
  ['arready', 'output', 1],
  ['araddr', 'input', 12],
  ['arprot', 'input', 3],
  ['rvalid', 'output', 1],
  ['rready', 'input', 1],
  ['rdata', 'output', 32],
  ['rresp', 'output', 2],
];
/** @type {Signal[]} */
const masterSignals = [
  ['arvalid', 'output', 1],
  ['arready', 'input', 1],
  ['araddr', 'output', 32],
  ['arlen', 'output', 8],
  ['arsize', 'output', 3],
  ['arburst', 'output', 2],
  ['arcache', 'output', 4],
  ['arprot', 'output', 3],
  ['rvalid', 'input', 1],
  ['rready', 'output', 1],
  ['rdata', 'input', 64],
  ['rresp', 'input', 2],
  ['rlast', 'input', 1],
  ['awvalid', 'output', 1],
  ['awready', 'input', 1],
  ['awaddr', 'output', 32],
  ['awlen', 'output', 8],
  ['awsize', 'output', 3],
  ['awburst', 'output', 2],
  ['awcache', 'output', 4],
  ['awprot', 'output', 3],
  ['wvalid', 'output', 1],
  ['wready', 'input', 1],
  ['wdata', 'output', 64],
  ['wstrb', 'output', 8],
  ['wlast', 'output', 1],
  ['bvalid', 'input', 1],
  ['bready', 'output', 1],
  ['bresp', 'input', 2],
];
/** What Vivado asks for and every burst has alike: 8 bytes a beat, incrementing, bufferable, all bytes written. */
const constants = {
  arsize: "3'd3",
  arburst: "2'd1",
  arcache: "4'd3",
  arprot: "3'd0",
  awsize: "3'd3",
  awburst: "2'd1",
  awcache: "4'd3",
  awprot: "3'd0",
  wstrb: "8'hFF",
};
/** Inputs that zn_top does without. */
const unused = ['awprot', 'arprot'];

const port = (prefix, [name, direction, width]) =>
  `    ${direction.padEnd(6)} wire ${(width === 1 ? '' : `[${width - 1}:0]`).padEnd(7)} ${prefix}${name}`;
const suffix = (direction) => (direction === 'input' ? 'i' : 'o');

/** Signal `name` of all ports side by side, port 0 lowest. */
function allPorts(count, name) {
  return `{${Array.from({ length: count }, (_, i) => `m${count - 1 - i}_axi_${name}`).join(', ')}}`;
}

export function wrapper(p) {
  const masters = Array.from({ length: p.ports }, (_, i) => `m${i}_axi_`);
  const ports = [
    port('', ['clk_i', 'input', 1]),
    port('', ['rst_n_i', 'input', 1]),
    port('', ['irq_o', 'output', 1]),
    ...liteSignals.map((signal) => port('s_axi_', signal)),
    ...masters.flatMap((prefix) => masterSignals.map((signal) => port(prefix, signal))),
  ];
  const connections = [
    ...liteSignals
      .filter(([name]) => !unused.includes(name))
      .map(([name, direction]) => `      .s_${name}_${suffix(direction)}(s_axi_${name}),`),
    ...masterSignals
      .filter(([name]) => !(name in constants))
      .map(([name, direction]) => `      .m_${name}_${suffix(direction)}(${allPorts(p.ports, name)}),`),
  ];
  return [
    `// ${banner}`,
    `// The accelerator of preset ${p.name}: ${p.chip}-${p.speedGrade}, ${p.clockMHz} MHz, ${multipliers(p)} multipliers.`,
    '`default_nettype none',
    `module ${topModule(p.name)} (`,
    ports.join(',\n'),
    ');',
    '  logic rst_q;',
    '  always_ff @(posedge clk_i) rst_q <= !rst_n_i;',
    ...masters.flatMap((prefix) =>
      Object.entries(constants).map(([name, value]) => `  assign ${prefix}${name} = ${value};`),
    ),
    '  wire [15:0] trace_tag;',
    `  wire _unused = &{1'b0, ${unused.map((name) => `s_axi_${name}`).join(', ')}, trace_tag};`,
    `  zn_top #(.LANES(${p.lanes}), .SLOTS(${p.slots}), .DRAIN(${p.drainCycles}), .PORTS(${p.ports}),`,
    `           .ACT_LOG2(${p.actDepthLog2}), .BANKS_LOG2(${p.banksLog2}), .RING_LOG2(${p.weightDepthLog2}),`,
    `           .OUT_LOG2(${p.outDepthLog2}), .CODEBOOK(1'b${p.codebook}), .CLOCK_MHZ(${p.clockMHz})) u_top (`,
    '      .clk_i, .rst_i(rst_q), .irq_o,',
    ...connections,
    '      .trace_tag_o(trace_tag));',
    'endmodule',
    '`default_nettype wire',
    '',
  ].join('\n');
}
