export interface Mount {
  readonly point: string;
  readonly type: string;
  readonly readOnly: boolean;
}

/** The mount that holds a path, of the lines of /proc/mounts: the longest mount point above it, the last of equals. */
export function mountOf(mounts: string, path: string): Mount | undefined {
  let best: Mount | undefined;
  for (const line of mounts.split('\n')) {
    const [, point, type, options] = line.split(' ').map(plain);
    if (point === undefined || type === undefined) continue;
    const above = point === '/' || path === point || path.startsWith(`${point}/`);
    if (above && point.length >= (best?.point.length ?? 0)) {
      best = { point, type, readOnly: (options ?? '').split(',').includes('ro') };
    }
  }
  return best;
}

/** The kernel writes blanks in names as \040. */
function plain(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
