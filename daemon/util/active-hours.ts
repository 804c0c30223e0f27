export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
type Weekday = (typeof weekdays)[number];

/** A span of the day; one that ends before it begins runs into the next day, and belongs to the one it began on. */
export interface ActiveSpan {
  readonly days: readonly Weekday[];
  /** `06:30` */
  readonly from: string;
  /** `24:00` is the end of the day. */
  readonly to: string;
}

/** Whether a moment lies in one of the spans, on the clock of a time zone (null: this machine's). Null spans: always. */
export function isActive(spans: readonly ActiveSpan[] | null, timeZone: string | null, at: Date): boolean {
  if (spans === null) return true;
  const { day, minute } = localTime(at, timeZone);
  const before = (day + 6) % 7;
  return spans.some(({ days, from, to }) => {
    const on = (index: number) => days.includes(weekdays[index] as Weekday);
    const [start, end] = [minutes(from), minutes(to)];
    if (start < end) return on(day) && minute >= start && minute < end;
    return (on(day) && minute >= start) || (on(before) && minute < end);
  });
}

/** True for a name that the IANA time zone database of this Node knows. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function minutes(clock: string): number {
  const [hours = 0, rest = 0] = clock.split(':').map(Number);
  return hours * 60 + rest;
}

let cached: { timeZone: string | null; format: Intl.DateTimeFormat } | undefined;

function localTime(at: Date, timeZone: string | null): { day: number; minute: number } {
  if (cached === undefined || cached.timeZone !== timeZone) {
    const fields = { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
    cached = { timeZone, format: new Intl.DateTimeFormat('en-GB', { ...fields, ...(timeZone && { timeZone }) }) };
  }
  const parts = Object.fromEntries(cached.format.formatToParts(at).map(({ type, value }) => [type, value]));
  const day = weekdays.indexOf((parts.weekday ?? '').toLowerCase() as Weekday);
  return { day, minute: Number(parts.hour) * 60 + Number(parts.minute) };
}
