import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { smallModel } from '../../support/small-model.js';
import { DaemonProcess } from '../support/daemon-process.js';
import { Mosquitto } from '../support/mosquitto.js';
import { Requester } from '../support/requester.js';

/** A daemon with a small model and a fast scene camera at a broker of its own, and somebody who asks it things. */
export interface Board {
  readonly folder: string;
  readonly url: string;
  readonly broker: Mosquitto;
  readonly requester: Requester;
  daemon: DaemonProcess;
  /** Starts another daemon with the same settings, after the one before has ended. */
  again(): void;
}

export class Boards {
  readonly #undo: (() => Promise<unknown>)[] = [];
  readonly #boards: Board[] = [];

  async start(...settings: string[]): Promise<Board> {
    const folder = mkdtempSync(join(tmpdir(), 'zynqnetd-remote-'));
    const model = join(folder, 'colours.zqn');
    writeFileSync(model, smallModel());
    const broker = await Mosquitto.start();
    this.#undo.push(() => broker.stop());
    const url = `mqtt://127.0.0.1:${broker.port}`;
    const requester = await Requester.connect(url, 'board');
    this.#undo.push(() => requester.close());
    const all = [
      `model.file=${model}`,
      'device.id=board',
      'device.groups=[test]',
      `device.stateFolder=${folder}/state`,
      'camera.scene.framesPerSecond=20',
      'mqtt.version="5"',
      'mqtt.backoff.minSeconds=0.05',
      'mqtt.backoff.maxSeconds=0.5',
      'remote.messagesPerSecond=1000',
      // What is to be confirmed must not fail for a busy machine; tests that want a change rolled back set it low.
      'remote.trialSeconds=60',
      'limits.shutdownMs=30000',
      `mqtt.url=${url}`,
      ...settings,
    ];
    const launch = () => {
      const daemon = new DaemonProcess(['run', ...all.flatMap((setting) => ['--set', setting])]);
      this.#undo.push(() => daemon.end());
      return daemon;
    };
    const board: Board = {
      folder,
      url,
      broker,
      requester,
      daemon: launch(),
      again: () => {
        requester.retained.clear();
        board.daemon = launch();
      },
    };
    this.#boards.push(board);
    return board;
  }

  /** To be called after each test; one that failed shows what the daemon and its requester last heard. */
  async stop({ task }: { task: { result?: { state?: string } } }): Promise<void> {
    if (task.result?.state === 'fail') for (const board of this.#boards) console.log(lastWords(board));
    this.#boards.length = 0;
    for (const step of this.#undo.splice(0).reverse()) await step();
  }
}

function lastWords({ daemon, requester }: Board): string {
  const heard = requester.heard.filter(({ topic }) => !topic.endsWith('/result') && !topic.endsWith('/image'));
  const lines = heard.slice(-25).map(({ topic, payload }) => `${topic} ${payload.toString().slice(0, 300)}`);
  const log = [...daemon.stdout.split('\n').slice(-25), ...daemon.stderr.split('\n').slice(-10)];
  return `the daemon said\n${log.join('\n')}\nthe requester heard\n${lines.join('\n')}`;
}
