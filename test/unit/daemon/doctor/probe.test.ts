import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import type { Probe } from '../../../../daemon/doctor/probe/call-types.js';
import { startProbe } from '../../../../daemon/doctor/probe/client.js';

const folder = mkdtempSync(join(tmpdir(), 'zynqnet-probe-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A probe process that answers as the test says; `sharp` tells its process id. */
function script(body: string): string {
  const file = join(folder, `${Math.random()}.mjs`);
  writeFileSync(
    file,
    `process.on('message', ({ id, name, args }) => { const say = (m) => process.send({ id, ...m });\n${body}\n});`,
  );
  return file;
}

let probe: Probe;
afterEach(() => probe.close());
const never = new AbortController().signal;

test('answers and errors come back with their codes; one process serves all calls', async () => {
  probe = startProbe(
    script(`if (name === 'model') say({ message: 'no file ' + args[0], code: 'MODEL_FILE' });
      else say({ value: { version: String(process.pid) } });`),
  );
  const first = await probe.sharp(never);
  expect(await probe.sharp(never)).toEqual(first);
  await expect(probe.model(never, 'x.zqn')).rejects.toMatchObject({ message: 'no file x.zqn', code: 'MODEL_FILE' });
});

test('a process that dies costs the call, the next one gets a new process', async () => {
  probe = startProbe(
    script(`if (name === 'addon') process.kill(process.pid, 'SIGSEGV'); else say({ value: process.pid });`),
  );
  const before = await probe.sharp(never);
  await expect(probe.addon(never)).rejects.toThrow('the probe process died of it (SIGSEGV)');
  expect(await probe.sharp(never)).not.toEqual(before);
});

test('a call that blocks the process for good is given up, its process killed, the next one answered', async () => {
  probe = startProbe(
    script(`if (name === 'addon') { say({ value: 1 }); for (;;); } else say({ value: process.pid });`),
  );
  const pid = (await probe.sharp(never)) as unknown as number;
  await probe.addon(never); // it answers, and then blocks
  const abort = new AbortController();
  const blocked = probe.sharp(abort.signal);
  abort.abort();
  await expect(blocked).rejects.toThrow('given up');
  expect(await probe.sharp(never)).not.toEqual(pid);
  const gone = async () => {
    for (;;) {
      try {
        process.kill(pid, 0);
      } catch {
        return true;
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  expect(await gone()).toBe(true);
});

test('given up before it began: no process at all', async () => {
  probe = startProbe(join(folder, 'absent.mjs'));
  const abort = new AbortController();
  abort.abort();
  await expect(probe.sharp(abort.signal)).rejects.toThrow('given up');
  await expect(probe.sharp(never)).rejects.toThrow('died of it');
});
