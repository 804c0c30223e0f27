import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Every temperature that Linux knows, in degrees Celsius by sensor: the Zynq's XADC through IIO, hwmon chips, thermal zones.
 * A sensor that cannot be read is left out. `root` holds /sys; for tests.
 */
export function readTemperatures(root = '/'): Record<string, number> {
  const found = new Map<string, number>();
  const add = (name: string, celsius: number | undefined) => {
    if (celsius === undefined || !Number.isFinite(celsius)) return;
    let key = name;
    for (let n = 2; found.has(key); n += 1) key = `${name}_${n}`;
    found.set(key, Math.round(celsius * 10) / 10);
  };
  for (const device of folders(join(root, 'sys/bus/iio/devices'), /^iio:device/)) readIio(device, add);
  for (const device of folders(join(root, 'sys/class/hwmon'), /^hwmon/)) readHwmon(device, add);
  for (const zone of folders(join(root, 'sys/class/thermal'), /^thermal_zone/)) {
    add(nameOf(text(join(zone, 'type')) ?? 'thermal'), thousandth(number(join(zone, 'temp'))));
  }
  return Object.fromEntries(found);
}

type Add = (name: string, celsius: number | undefined) => void;

/** (raw + offset) * scale is in thousandths of a degree (kernel: Documentation/ABI/testing/sysfs-bus-iio). */
function readIio(device: string, add: Add): void {
  const chip = nameOf(text(join(device, 'name')) ?? 'iio');
  const channels = entries(device).flatMap((file) => /^(in_temp\d*)_(?:raw|input)$/.exec(file)?.[1] ?? []);
  for (const channel of [...new Set(channels)]) {
    const input = number(join(device, `${channel}_input`));
    const raw = number(join(device, `${channel}_raw`));
    const offset = number(join(device, `${channel}_offset`)) ?? 0;
    const scale = number(join(device, `${channel}_scale`)) ?? 1;
    const shown = new Set(channels).size === 1 ? chip : `${chip}_${channel.slice(3)}`;
    add(shown, thousandth(input ?? (raw === undefined ? undefined : (raw + offset) * scale)));
  }
}

function readHwmon(device: string, add: Add): void {
  const chip = nameOf(text(join(device, 'name')) ?? 'hwmon');
  for (const file of entries(device)) {
    const channel = /^(temp\d+)_input$/.exec(file)?.[1];
    if (channel === undefined) continue;
    const label = text(join(device, `${channel}_label`));
    add(label === undefined ? chip : `${chip}_${nameOf(label)}`, thousandth(number(join(device, file))));
  }
}

function folders(parent: string, pattern: RegExp): string[] {
  return entries(parent)
    .filter((name) => pattern.test(name))
    .map((name) => join(parent, name));
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function text(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}

function number(file: string): number | undefined {
  const found = text(file);
  const value = Number(found);
  return found === undefined || Number.isNaN(value) ? undefined : value;
}

function thousandth(value: number | undefined): number | undefined {
  return value === undefined ? undefined : value / 1000;
}

/** As a key of a message and a label of a metric. */
function nameOf(name: string): string {
  return (
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '_')
      .replaceAll(/^_+|_+$/g, '') || 'sensor'
  );
}
