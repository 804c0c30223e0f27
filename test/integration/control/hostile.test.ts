import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkConfig } from '../../../daemon/config/load.js';
import { keyOf } from '../../../daemon/config/lookup.js';
import { haveBuild } from '../support/daemon-process.js';
import { type Hostile, HostileSource } from '../support/hostile.js';
import { haveMosquitto, temporaryFolder } from '../support/mosquitto.js';
import type { Answer } from '../support/requester.js';
import { Boards } from './fixture.js';

// `npm run test:hostile` sends 100,000; the suite, always, some.
const count = Number(process.env.ZYNQNETD_HOSTILE ?? 1000);
const seed = Number(process.env.ZYNQNETD_SEED ?? 1);
const atOnce = 12;

/** What each command accepts, written down a second time: the daemon's own schema is what is on trial here. */
const acceptable: Record<string, (body: Record<string, unknown>) => boolean> = {
  snapshot: ({ overlay = true, maxWidth = 640, quality = 80, ...rest }) =>
    typeof overlay === 'boolean' && whole(maxWidth, 16, 1920) && whole(quality, 1, 100) && nothing(rest),
  selftest: (body) => nothing(body),
  identify: ({ seconds = 10, ...rest }) =>
    typeof seconds === 'number' && seconds >= 0.5 && seconds <= 60 && nothing(rest),
  logs: ({ lines = 50, ...rest }) => whole(lines, 1, 200) && nothing(rest),
  'model/list': (body) => nothing(body),
};
const whole = (value: unknown, least: number, most: number) =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
const nothing = ({ id: _, ...rest }: Record<string, unknown>) => Object.keys(rest).length === 0;

/** Values of every key that no message may change. */
function localValues(config: unknown): unknown {
  const visit = (value: unknown, path: string[]): unknown[] => {
    const key = keyOf(path);
    if (key !== undefined) return key.remote ? [] : [[path.join('.'), value]];
    return Object.entries(value as object).flatMap(([name, inner]) => visit(inner, [...path, name]));
  };
  return visit(config, []);
}

describe.skipIf(!haveBuild || !haveMosquitto)('hostile messages', () => {
  it(`are each answered, ${count} of them, and none does what the schema forbids`, { timeout: 0 }, async () => {
    const pictures = temporaryFolder('pictures');
    const grey = { create: { width: 64, height: 48, channels: 3, background: 'grey' } } as const;
    await sharp(grey).jpeg().toFile(join(pictures, 'grey.jpg'));
    const boards = new Boards();
    onTestFinished((context) => boards.stop(context));
    const { requester, daemon } = await boards.start(
      'remote.messagesPerSecond=100000',
      'remote.trialSeconds=3',
      'remote.trialFrames=1',
      'publish.results=false',
      'camera.source=files',
      `camera.files.path=${pictures}`,
      'camera.files.framesPerSecond=20',
      'log.level=error',
      'device.led=/nonexistent/led',
      'publish.healthSeconds=5',
    );
    await requester.online();
    const session = requester.latest('status').session;
    const local = localValues(requester.latest('config').config);
    const source = new HostileSource(seed);
    const codes = new Map<number, number>();
    const wrong: string[] = [];
    let answered = 0;
    let accepted = 0;

    /** After a config message that was accepted: the configuration must be a proper one, local keys as they were. */
    const checkAccepted = async ({ payload, kind }: Hostile) => {
      accepted += 1;
      const { data } = await requester.ask('config/get');
      try {
        checkConfig(data.config);
        expect(localValues(data.config)).toEqual(local);
      } catch (error) {
        wrong.push(`${kind}: ${payload.toString().slice(0, 200)}: ${error}`);
      }
      // On a busy machine the trial of the reset itself may find no frame in time: the next one then undoes both.
      const { code } = await requester.ask('config/reset');
      if (![200, 422, 429].includes(code)) wrong.push(`a reset was answered with ${code}`);
    };
    const checkCommand = ({ topic, payload, kind }: Hostile) => {
      const body = payload.length === 0 ? {} : (JSON.parse(payload.toString()) as Record<string, unknown>);
      const allowed = acceptable[topic.slice('command/'.length)]?.(body) ?? false;
      if (!allowed) wrong.push(`${kind} on ${topic}: ${payload.toString().slice(0, 200)}`);
    };
    const one = async () => {
      const hostile = source.next();
      const answer: Answer = await requester.send(hostile.topic, hostile.payload);
      answered += 1;
      if (answered % 5000 === 0)
        console.info(`${answered} answered, RSS ${requester.latest('health').process.rssMiB} MiB`);
      codes.set(answer.code, (codes.get(answer.code) ?? 0) + 1);
      if (requester.heard.length > 2000) requester.heard.splice(0, 1000);
      if (answer.status !== 'ok') return;
      if (hostile.topic.startsWith('command/')) checkCommand(hostile);
      else await checkAccepted(hostile);
    };
    let left = count;
    const worker = async () => {
      while (left > 0 && daemon.running) {
        left -= 1;
        await one();
      }
    };
    const startMs = performance.now();
    await Promise.all(Array.from({ length: atOnce }, worker));

    expect(wrong).toEqual([]);
    expect(daemon.running).toBe(true);
    expect(requester.latest('status')).toEqual({ state: 'online', session }); // the same start all along
    expect(answered).toBe(count);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    const table = [...codes].sort(([a], [b]) => a - b).map(([code, times]) => `${code}: ${times}`);
    const seconds = Math.round((performance.now() - startMs) / 1000);
    await requester.until(() => requester.latest('health') !== undefined);
    const { rssMiB } = requester.latest('health').process;
    console.info(
      `${answered} answered in ${seconds} s (${table.join(', ')}), ${accepted} changes accepted, RSS ${rssMiB} MiB`,
    );
    expect((await daemon.stop()).code).toBe(0);
  });
});
