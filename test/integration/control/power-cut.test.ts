import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ConfigStore } from '../../../daemon/config/store.js';
import { haveBuild } from '../support/daemon-process.js';

// `npm run test:power-cut` kills 1,000 times; the suite, always, a few.
const kills = Number(process.env.ZYNQNETD_KILLS ?? 10);
const lanes = kills >= 100 ? 6 : 2;
const writer = fileURLToPath(new URL('../support/config-writer.mjs', import.meta.url));

/** Lets a process write until `delayMs` after its first accepted change, kills it, and returns the last one it was told of. */
async function killWhileWriting(folder: string, delayMs: number): Promise<number> {
  const child = spawn(process.execPath, [writer, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    if (text === '') setTimeout(() => child.kill('SIGKILL'), delayMs);
    text += part;
  });
  await new Promise((resolve) => child.once('close', resolve));
  expect(child.signalCode).toBe('SIGKILL');
  // a line that was cut short was written after its revision was stored, but says less than it
  return Number(text.slice(0, text.lastIndexOf('\n')).split('\n').at(-1));
}

describe.skipIf(!haveBuild)('kill -9 while changes are being stored', () => {
  it(`loads the last or the previous accepted configuration, ${kills} times of ${kills}`, { timeout: 0 }, async () => {
    const seen = { last: 0, inFlight: 0 };
    let left = kills;
    const lane = async () => {
      const folder = mkdtempSync(join(tmpdir(), 'zynqnetd-power-'));
      while (left > 0) {
        left -= 1;
        await once(folder);
      }
    };
    const once = async (folder: string) => {
      const told = await killWhileWriting(folder, Math.random() * 40);
      const store = ConfigStore.open({ device: { stateFolder: folder } });
      expect(store.problems).toEqual([]);
      expect([told, told + 1]).toContain(store.revision);
      expect(store.config.camera.name).toMatch(new RegExp(`^revision-${store.revision}-x*$`));
      expect(store.config.classify.topK).toBe((store.revision % 100) + 1);
      if (store.revision === told) seen.last += 1;
      else seen.inFlight += 1;
      const done = seen.last + seen.inFlight;
      if (done % 100 === 0) console.info(`${done} kills`);
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    console.info(
      `${kills} kills: ${seen.last} loaded the last acknowledged change, ${seen.inFlight} the one in flight`,
    );
    expect(seen.last + seen.inFlight).toBe(kills);
  });
});
