const shownAs: Record<number, string> = { 10: 'trace ', 20: 'debug ', 40: 'warning: ', 50: 'error: ', 60: 'fatal: ' };

/** `12:34:56 warning: no broker; working on without (reason: connect ECONNREFUSED)`. */
export function humanLine(line: string): string {
  const { level, time, msg, err, part: _, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const error = (err as { message?: string } | undefined)?.message;
  const details = Object.entries({ ...fields, ...(error === undefined ? {} : { error }) });
  const suffix = details.map(
    ([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const clock = new Date(String(time)).toTimeString().slice(0, 8);
  return `${clock} ${shownAs[Number(level)] ?? ''}${msg ?? ''}${suffix.length > 0 ? ` (${suffix.join(', ')})` : ''}\n`;
}
