import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sleepUntilAborted } from '../../util/sleep.js';

const leds = '/sys/class/leds';
const halfPeriodMs = 250;

/** The folder of the LED to use: the configured one, one that is there for it, or the first of the system's, if any. */
export function findLed(configured: string | null, root = leds): string | undefined {
  if (configured !== null) return configured;
  try {
    const names = readdirSync(root).sort();
    const name = names.find((one) => one.endsWith(':identify')) ?? names[0];
    return name === undefined ? undefined : join(root, name);
  } catch {
    return undefined;
  }
}

/**
 * Blinks an LED through sysfs, then gives it back as it was (kernel: Documentation/leds/leds-class.rst). Throws if it cannot
 * be written, before anything has changed.
 */
export async function blink(folder: string, seconds: number, signal: AbortSignal): Promise<void> {
  const file = (name: string) => join(folder, name);
  const trigger = /\[([^\]]+)\]/.exec(readFileSync(file('trigger'), 'utf8'))?.[1] ?? 'none';
  const brightness = readFileSync(file('brightness'), 'utf8').trim();
  const full = readFileSync(file('max_brightness'), 'utf8').trim();
  writeFileSync(file('trigger'), 'none');
  try {
    const end = performance.now() + seconds * 1000;
    for (let on = true; performance.now() < end && !signal.aborted; on = !on) {
      writeFileSync(file('brightness'), on ? full : '0');
      await sleepUntilAborted(halfPeriodMs, signal);
    }
  } finally {
    writeFileSync(file('brightness'), brightness);
    writeFileSync(file('trigger'), trigger);
  }
}
