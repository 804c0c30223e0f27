// The grid of a part for nextpnr-generic: what may lie where. A column of slices holds one kind of thing only (logic, memory,
// carry chains, as many as the design needs), where a real one holds all: the placement has less choice than a real one.
const RESERVE = 1.15; // places for each cell of a kind that gets columns of its own

/** @returns {{ bels: [type: string, x: number, y: number, z: number][] }} */
export function grid({ columns, rows, dspColumns, bramColumns }, count, chainSizes) {
  const bels = [];
  const width = 1 + columns + dspColumns + bramColumns;
  const spread = (n, taken) => {
    const found = [];
    for (let i = 0; i < n; i++) {
      let x = Math.round(1 + ((i + 0.5) * (width - 1)) / n);
      while (taken.has(x)) x = x + 1 < width ? x + 1 : 1;
      taken.add(x);
      found.push(x);
    }
    return found;
  };
  const registers = (x, n) => {
    for (let y = 0; y < rows; y++) for (let z = 0; z < n; z++) bels.push(['FFX', x, y, 10 + z]);
  };
  const taken = new Set([0]);
  const dsp = spread(dspColumns, taken);
  const bram = spread(bramColumns, taken);

  // Chains: column by column, sizes mixed
  const wanted = [];
  for (const size of new Set(chainSizes)) {
    const n = Math.ceil(chainSizes.filter((s) => s === size).length * RESERVE) + 1;
    for (let i = 0; i < n; i++) wanted.push({ size, at: (i + 0.5) / n });
  }
  wanted.sort((a, b) => a.at - b.at);
  const chainColumns = [];
  for (const { size } of wanted) {
    let column = chainColumns.find((c) => c.used + size <= rows);
    if (column === undefined) chainColumns.push((column = { used: 0, items: [] }));
    column.items.push([size, column.used + (size >> 1)]);
    column.used += size;
  }
  spread(chainColumns.length, taken).forEach((x, i) => {
    for (const [size, y] of chainColumns[i].items) bels.push([`CHAIN${size}`, x, y, 0]);
    registers(x, 4); // beside those of the sums
  });
  const memory = spread(Math.ceil(((count.RAMS ?? 0) * RESERVE) / rows), taken);
  for (const x of memory) {
    for (let y = 0; y < rows; y++) bels.push(['RAMS', x, y, 0]);
    registers(x, 8);
  }
  let slices = 0;
  for (let x = 1; x < width; x++) {
    if (taken.has(x)) continue;
    slices += rows;
    for (let y = 0; y < rows; y++) for (let z = 0; z < 4; z++) bels.push(['LC', x, y, z]);
    registers(x, 4); // beside those behind a LUT
  }

  // Four DSPs of a cascade are ten rows high; places that no cascade needs hold single ones
  const quads = dsp.flatMap((x) => Array.from({ length: Math.floor(rows / 10) }, (_, i) => [x, 10 * i + 5]));
  const singles = Math.ceil((count.DSP1 ?? 0) / 4);
  const every = Math.floor(quads.length / Math.max(1, singles));
  quads.forEach(([x, y], i) => {
    const single = i % every === 0 && i / every < singles;
    if (single) for (let z = 0; z < 4; z++) bels.push(['DSP1', x, y - 4 + 3 * z - (z > 1 ? 1 : 0), z]);
    else bels.push(['DSP4', x, y, 0]);
  });
  for (const x of bram) for (let y = 2; y < rows; y += 5) bels.push(['BRAM', x, y, 0], ['BRAM18', x, y, 1]);

  // The processing system's ports: the middle of the left edge
  const high = Math.floor(rows / 2);
  for (let i = 0; i < (count.PIN ?? 0); i++) bels.push(['PIN', 0, Math.floor(rows / 4) + (i % high), Math.floor(i / high)]);
  bels.push(['CLOCK', 0, 0, 0]);
  const places = {};
  for (const [type] of bels) places[type] = (places[type] ?? 0) + 1;
  const missing = Object.entries(count).filter(([type, n]) => (places[type] ?? 0) < n);
  if (missing.length > 0) throw new Error(`too few places: ${missing.map(([t, n]) => `${t} ${n}, have ${places[t] ?? 0}`).join('; ')}`);
  return { bels, slices };
}
