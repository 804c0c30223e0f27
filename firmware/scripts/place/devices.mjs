// What the placer is told of a part: columns of slices, DSPs and block memories, and delays in ns.
// Cell delays: speed grade -1 of Xilinx DS187 and DS191, rounded; -2 is about 0.85 of it. Wires: a fixed part for the switch
// boxes and a part for each slice on the way, both ways measured along the axes; nothing is routed.
export const parts = {
  zybo: { part: 'xc7z010-1', columns: 44, rows: 100, dspColumns: 2, bramColumns: 3, speed: 1, targetMHz: 150 },
  'zybo-z7-20': { part: 'xc7z020-1', columns: 89, rows: 150, dspColumns: 4, bramColumns: 5, speed: 1, targetMHz: 150 },
  zc706: { part: 'xc7z045-2', columns: 156, rows: 350, dspColumns: 7, bramColumns: 8, speed: 0.85, targetMHz: 200 },
};

export const delaysNs = {
  lut: 0.124,
  muxf: 0.25,
  carryIn: 0.53, // S to the carry out of its CARRY4
  carryThrough: 0.114,
  carryToSum: 0.33,
  carryToOut: 0.22,
  carryInside: 0.6, // S to a sum or carry of the same CARRY4
  clockToQ: 0.46,
  setup: 0.06,
  enableSetup: 0.2, // CE, R, S
  srlClockToQ: 1.6,
  srlSetup: 0.5,
  ramWriteSetup: 0.5, // distributed memory
  bramClockToOut: 2.45,
  bramSetup: 0.57,
  dspClockToOut: 0.43,
  dspSetup: 0.4,
  pinClockToOut: 1,
  pinSetup: 0.6,
  wire: 0.45,
  wirePerSlice: 0.025,
};
