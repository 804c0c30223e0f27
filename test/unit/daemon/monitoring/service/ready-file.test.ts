import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ReadyFile } from '../../../../../daemon/monitoring/service/ready-file.js';

const log = pino({ level: 'silent' });
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zynqnetd-ready-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('the first classified frame writes the bundle id, later ones nothing', () => {
  const ready = new ReadyFile(folder, log, '0.1.0-zybo-0123456789ab');
  expect(existsSync(join(folder, 'ready'))).toBe(false);
  ready.result();
  expect(readFileSync(join(folder, 'ready'), 'utf8')).toBe('0.1.0-zybo-0123456789ab\n');
  rmSync(join(folder, 'ready'));
  ready.result();
  expect(existsSync(join(folder, 'ready'))).toBe(false);
});

test.each([undefined, ''])('without a bundle (id %j) nothing is written', (id) => {
  new ReadyFile(folder, log, id).result();
  expect(existsSync(join(folder, 'ready'))).toBe(false);
});

test('a folder that cannot be written costs a line in the log, not the daemon', () => {
  expect(() => new ReadyFile(join(folder, 'missing'), log, 'id').result()).not.toThrow();
});
