/** Hand-made SVG: nothing to load, and text stays text. Colours come from the page's style. */

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

const n = (value: number): string => (Number.isFinite(value) ? String(Math.round(value * 100) / 100) : '0');

export interface CurvePoint {
  readonly label: string;
  readonly bytes: number;
  /** 0..1 */
  readonly share: number;
}

/** Size across (logarithmic), accuracy up; one point per step, joined in their order. */
export function curve(points: readonly CurvePoint[], yTitle: string): string {
  const [width, height, left, right, top, bottom] = [720, 330, 58, 110, 18, 44];
  const low = Math.floor(Math.max(0, Math.min(...points.map((p) => p.share)) - 0.03) * 50) / 50;
  const high = Math.min(1, Math.ceil((Math.max(...points.map((p) => p.share)) + 0.02) * 50) / 50);
  const logs = points.map((p) => Math.log10(Math.max(1, p.bytes)));
  const [from, to] = [Math.min(...logs) - 0.08, Math.max(...logs) + 0.08];
  const x = (bytes: number): number =>
    left + ((Math.log10(Math.max(1, bytes)) - from) / (to - from)) * (width - left - right);
  const y = (share: number): number => height - bottom - ((share - low) / (high - low)) * (height - top - bottom);
  const rows = Array.from({ length: 5 }, (_, i) => low + ((high - low) * i) / 4);
  const grid = rows.map(
    (share) =>
      `<line class="grid" x1="${left}" x2="${width - right}" y1="${n(y(share))}" y2="${n(y(share))}"/>` +
      `<text class="soft" x="${left - 8}" y="${n(y(share) + 4)}" text-anchor="end">${Number((100 * share).toFixed(1))} %</text>`,
  );
  const ticks = bytesTicks(10 ** from, 10 ** to).map(
    (bytes) =>
      `<line class="grid" x1="${n(x(bytes))}" x2="${n(x(bytes))}" y1="${top}" y2="${height - bottom}"/>` +
      `<text class="soft" x="${n(x(bytes))}" y="${height - bottom + 18}" text-anchor="middle">${kilobytes(bytes)}</text>`,
  );
  const path = points.map((p, i) => `${i === 0 ? 'M' : 'L'}${n(x(p.bytes))} ${n(y(p.share))}`).join(' ');
  // Labels one below the other where points lie close together.
  const taken: { x: number; y: number }[] = [];
  const dots = points.map((p) => {
    let at = y(p.share) - 8;
    while (taken.some((t) => Math.abs(t.x - x(p.bytes)) < 96 && Math.abs(t.y - at) < 14)) at += 14;
    taken.push({ x: x(p.bytes), y: at });
    return `<circle class="a" cx="${n(x(p.bytes))}" cy="${n(y(p.share))}" r="5"/><text x="${n(x(p.bytes) + 9)}" y="${n(at)}">${escapeHtml(p.label)}</text>`;
  });
  return svg(width, height, 'Size against accuracy by step', [
    ...grid,
    ...ticks,
    `<path class="path" d="${path}"/>`,
    ...dots,
    `<text class="soft" x="${left}" y="${height - 6}">file size, logarithmic; ${escapeHtml(yTitle)} upwards</text>`,
  ]);
}

function bytesTicks(from: number, to: number): number[] {
  const ticks: number[] = [];
  for (let power = 10; power <= 1e10; power *= 10) {
    for (const factor of [1, 1.2, 1.5, 2, 3, 5, 7])
      if (power * factor >= from && power * factor <= to) ticks.push(power * factor);
  }
  return ticks;
}

export function kilobytes(bytes: number): string {
  return bytes >= 1e6 ? `${Number((bytes / 1e6).toPrecision(3))} MB` : `${Number((bytes / 1e3).toPrecision(3))} kB`;
}

export interface Bar {
  readonly label: string;
  readonly a: number;
  readonly b: number;
  readonly aText: string;
  readonly bText: string;
}

/** Two bars per row, each as a share of its own largest. */
export function bars(rows: readonly Bar[]): string {
  const [width, left, row, gap] = [1040, 180, 30, 118];
  const span = (width - left - 2 * gap) / 2;
  const maxOf = (key: 'a' | 'b'): number => Math.max(...rows.map((r) => r[key]), 1e-9);
  const [maxA, maxB] = [maxOf('a'), maxOf('b')];
  const body = rows.map((r, i) => {
    const y = i * row + 4;
    const [a, b] = [(r.a / maxA) * span, (r.b / maxB) * span];
    const second = left + span + gap;
    return (
      `<text x="${left - 10}" y="${y + 15}" text-anchor="end">${escapeHtml(r.label)}</text>` +
      `<rect class="a" x="${left}" y="${y}" width="${n(Math.max(1, a))}" height="20" rx="2"/><text class="soft" x="${n(left + a + 6)}" y="${y + 15}">${escapeHtml(r.aText)}</text>` +
      `<rect class="b" x="${second}" y="${y}" width="${n(Math.max(1, b))}" height="20" rx="2"/><text class="soft" x="${n(second + b + 6)}" y="${y + 15}">${escapeHtml(r.bText)}</text>`
    );
  });
  return svg(width, rows.length * row + 4, 'Bytes and MACs by layer', body);
}

export interface WeightHistogram {
  /** share of the weights per bin, before */
  readonly before: readonly number[];
  /** position 0..1 and share of each value, after */
  readonly after: readonly { readonly at: number; readonly share: number }[];
  readonly low: string;
  readonly high: string;
}

/** Before as an area, after as sticks; each scaled to its own peak, by square root: the tails matter. */
export function histogram({ before, after, low, high }: WeightHistogram): string {
  const [width, height, bottom] = [300, 130, 18];
  const peakBefore = Math.max(...before, 1e-9);
  const peakAfter = Math.max(...after.map((stick) => stick.share), 1e-9);
  const y = (share: number, peak: number): number => height - bottom - Math.sqrt(share / peak) * (height - bottom - 6);
  const step = width / before.length;
  const area = before
    .map((share, i) => `L${n(i * step)} ${n(y(share, peakBefore))} L${n((i + 1) * step)} ${n(y(share, peakBefore))}`)
    .join(' ');
  const sticks = after.map(
    ({ at, share }) =>
      `<line class="stick" x1="${n(at * width)}" x2="${n(at * width)}" y1="${height - bottom}" y2="${n(y(share, peakAfter))}"/>`,
  );
  return svg(width, height, 'Weights before and after', [
    `<path class="area" d="M0 ${height - bottom} ${area} L${width} ${height - bottom} Z"/>`,
    ...sticks,
    `<line class="grid" x1="0" x2="${width}" y1="${height - bottom}" y2="${height - bottom}"/>`,
    `<text class="soft" x="0" y="${height - 3}">${escapeHtml(low)}</text>`,
    `<text class="soft" x="${width / 2}" y="${height - 3}" text-anchor="middle">0</text>`,
    `<text class="soft" x="${width}" y="${height - 3}" text-anchor="end">${escapeHtml(high)}</text>`,
  ]);
}

/** counts[row][column]; dark is many, by square root of the row's share. */
export function heatmap(counts: readonly (readonly number[])[], rowTitle: string, columnTitle: string): string {
  const size = 460;
  const left = 22;
  const cell = size / Math.max(1, counts.length);
  const cells = counts.flatMap((row, r) => {
    const total = row.reduce((a, b) => a + b, 0);
    return row.flatMap((count, c) => {
      if (count === 0) return [];
      const strength = n(0.15 + 0.85 * Math.sqrt(count / total));
      return [
        `<rect x="${n(left + c * cell)}" y="${n(r * cell)}" width="${n(cell - 0.5)}" height="${n(cell - 0.5)}" style="fill:rgba(var(--heat),${strength})"/>`,
      ];
    });
  });
  return svg(size + left, size + 22, 'Confusion matrix', [
    `<rect class="grid" x="${left}" y="0" width="${size}" height="${size}" fill="none"/>`,
    ...cells,
    `<text class="soft" x="${left}" y="${size + 17}">${escapeHtml(columnTitle)} →</text>`,
    `<text class="soft" transform="translate(14 ${size}) rotate(-90)">${escapeHtml(rowTitle)} →</text>`,
  ]);
}

function svg(width: number, height: number, title: string, body: readonly string[]): string {
  return `<svg viewBox="0 0 ${width} ${n(height)}" role="img" aria-label="${escapeHtml(title)}">${body.join('')}</svg>`;
}
