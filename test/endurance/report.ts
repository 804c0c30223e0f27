export interface Row {
  readonly fault: string;
  readonly limitSeconds: number;
  readonly seconds: number[];
}

/** `fault  times  back after (median, longest)  limit`, one line each. */
export function table(rows: readonly Row[]): string {
  const lines = rows.map(({ fault, limitSeconds, seconds }) => {
    const sorted = [...seconds].sort((a, b) => a - b);
    const longest = sorted.at(-1) ?? 0;
    const verdict = longest <= limitSeconds ? 'within' : 'BEYOND';
    return [
      fault,
      String(seconds.length),
      text(sorted[sorted.length >> 1] ?? 0),
      text(longest),
      `${limitSeconds} s`,
      verdict,
    ];
  });
  const all = [['fault', 'times', 'median', 'longest', 'limit', ''], ...lines];
  const widths = [0, 1, 2, 3, 4, 5].map((column) => Math.max(...all.map((line) => line[column]?.length ?? 0)));
  return all
    .map((line) =>
      line.map((cell, n) => (n === 0 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0))).join('  '),
    )
    .join('\n');
}

function text(seconds: number): string {
  return `${seconds.toFixed(1)} s`;
}

/** Median of the last quarter less median of the first, the first tenth left out as warm-up. */
export function growth(samples: readonly number[]): number {
  const steady = samples.slice(Math.floor(samples.length / 10));
  const quarter = Math.max(1, steady.length >> 2);
  return median(steady.slice(-quarter)) - median(steady.slice(0, quarter));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
