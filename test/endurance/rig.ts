import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EventPayload, HealthPayload, ResultPayload } from '../../daemon/mqtt/topics/payloads.js';
import { FaultProxy } from '../integration/support/fault-proxy.js';
import { Listener } from '../integration/support/listener.js';
import { Mosquitto } from '../integration/support/mosquitto.js';
import { smallModel } from '../support/small-model.js';
import { EnduranceCamera } from './camera.js';
import { Ledger } from './ledger.js';

const program = fileURLToPath(new URL('daemon.mjs', import.meta.url));
const users = { board: 'board-password', listener: 'listener-password' };
export const framesPerSecond = 100;

/** Broker, camera, daemon and an independent subscriber, each of which can be made to fail. */
export class Rig {
  readonly folder = mkdtempSync(join(tmpdir(), 'zynqnetd-endurance-'));
  readonly ledger = new Ledger();
  readonly #child: ChildProcess;
  lastResultMs = 0;
  /** Of the newest result, by the daemon's clock. */
  capturedAtMs = 0;
  results = 0;
  #longestGapMs = 0;
  health: HealthPayload | undefined;
  readonly alertsUp = new Set<string>();
  readonly alertsSeen = new Set<string>();

  private constructor(
    readonly broker: Mosquitto,
    readonly camera: EnduranceCamera,
    readonly listener: Listener,
    readonly proxy: FaultProxy,
    readonly hasDisk: boolean,
    folder: string,
  ) {
    this.folder = folder;
    this.#child = this.#startDaemon();
    this.#listen();
  }

  static async start(): Promise<Rig> {
    const broker = await Mosquitto.start({ users });
    const camera = await EnduranceCamera.start(framesPerSecond);
    const proxy = await FaultProxy.start(broker.port);
    const listener = await Listener.connect(`mqtt://127.0.0.1:${broker.port}`, {
      username: 'listener',
      password: users.listener,
      reconnectPeriod: 20,
      clientId: 'endurance-listener',
    });
    const folder = mkdtempSync(join(tmpdir(), 'zynqnetd-endurance-'));
    const rig = new Rig(broker, camera, listener, proxy, mountSmallDisk(join(folder, 'state')), folder);
    return rig;
  }

  tell(order: { engine?: string; clockMs?: number }): void {
    this.#child.send(order);
  }

  get daemonRuns(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The longest time without a result since the last call. */
  takeLongestGapMs(): number {
    const gapMs = Math.max(this.#longestGapMs, performance.now() - this.lastResultMs);
    this.#longestGapMs = 0;
    return gapMs;
  }

  /** A broker that comes back is ours first: the subscriber must not miss what the daemon sends. */
  async launchBroker(): Promise<void> {
    this.proxy.refusing = true;
    await this.broker.launch();
    for (let heard = false; !heard; await pause(20)) {
      if (!this.listener.client.connected) continue;
      const echo = new Promise<void>((resolve) =>
        this.listener.client.once('message', (topic) => topic === 'endurance/echo' && resolve()),
      );
      await this.listener.client.publishAsync('endurance/echo', '', { qos: 1 }).catch(() => {});
      heard = await Promise.race([echo.then(() => true), pause(500).then(() => false)]);
    }
    this.proxy.refusing = false;
  }

  setUsers(which: 'all' | 'listener'): void {
    const { board, listener } = users;
    this.broker.setUsers(which === 'all' ? { board, listener } : { listener });
  }

  get rssMiB(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) / 1024;
  }

  get openFiles(): number {
    return Number(execFileSync('sh', ['-c', `ls /proc/${this.#child.pid}/fd | wc -l`], { encoding: 'utf8' }));
  }

  /** Fills the state folder's disk to its last byte; returns how to free it. */
  fillDisk(): () => void {
    const file = join(this.folder, 'state', 'ballast');
    const { bavail, bsize } = statfsSync(join(this.folder, 'state'));
    try {
      writeFileSync(file, Buffer.alloc(bavail * bsize + bsize));
    } catch {
      // full: as wanted
    }
    return () => rmSync(file, { force: true });
  }

  /** The answer to a `config/set`. */
  async configure(patch: Record<string, unknown>): Promise<{ status: string; message: string }> {
    const id = Math.random().toString(36).slice(2);
    await this.listener.client.publishAsync('zynqnet/board/config/set', JSON.stringify({ id, patch }), { qos: 1 });
    for (;;) {
      const answers = this.#answers.get(id);
      if (answers !== undefined) return answers;
      await pause(20);
    }
  }

  async stop(): Promise<number | null> {
    const ended = new Promise<number | null>((resolve) => this.#child.once('exit', (code) => resolve(code)));
    this.#child.kill('SIGTERM');
    const code = await ended;
    await this.listener.close();
    await this.proxy.stop();
    await this.camera.stop();
    await this.broker.stop();
    if (this.hasDisk) execFileSync('umount', [join(this.folder, 'state')]);
    return code;
  }

  readonly #answers = new Map<string, { status: string; message: string }>();

  #listen(): void {
    this.listener.client.on('message', (topic, payload) => {
      const name = topic.split('/').slice(2).join('/');
      if (name === 'result') {
        const nowMs = performance.now();
        this.#longestGapMs = Math.max(this.#longestGapMs, nowMs - this.lastResultMs);
        this.lastResultMs = nowMs;
        this.capturedAtMs = Date.parse((JSON.parse(payload.toString()) as ResultPayload).capturedAt);
        this.results += 1;
      } else if (name === 'event') this.ledger.take(JSON.parse(payload.toString()) as EventPayload);
      else if (name === 'health') this.health = JSON.parse(payload.toString()) as HealthPayload;
      else if (name.startsWith('alert/')) {
        const id = name.slice('alert/'.length);
        if (payload.length === 0) this.alertsUp.delete(id);
        else {
          this.alertsUp.add(id);
          this.alertsSeen.add(id);
        }
      } else if (name === 'config/response') {
        const { id, ...answer } = JSON.parse(payload.toString());
        this.#answers.set(id, answer);
      }
      this.listener.messages.length = 0; // it would keep them all
    });
  }

  #startDaemon(): ChildProcess {
    writeFileSync(join(this.folder, 'model.zqn'), smallModel());
    writeFileSync(join(this.folder, 'password'), users.board);
    const config = {
      device: { id: 'board', stateFolder: join(this.folder, 'state') },
      camera: { source: 'http', http: { url: this.camera.url, mode: 'stream' }, stallSeconds: 1 },
      model: { file: join(this.folder, 'model.zqn') },
      engine: {
        backend: 'faulty',
        recovery: { stepSeconds: 2, steadySeconds: 0.5, probeMinutes: 0.03 },
      },
      limits: { inferenceMs: 1000 },
      publish: { healthSeconds: 1, maxResultsPerSecond: 20 },
      mqtt: {
        url: `mqtt://127.0.0.1:${this.proxy.port}`,
        user: 'board',
        passwordFile: join(this.folder, 'password'),
        keepaliveSeconds: 2,
        connectTimeoutSeconds: 2,
        backoff: { minSeconds: 0.2, maxSeconds: 2 },
      },
      remote: { trialSeconds: 5 },
      log: { level: 'info' },
    };
    const child = spawn(process.execPath, ['--max-semi-space-size=2', program, JSON.stringify(config)], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      env: { ...process.env, MALLOC_ARENA_MAX: '2', NODE_OPTIONS: '' },
    });
    child.stdout?.pipe(createWriteStream(join(this.folder, 'daemon.log')));
    return child;
  }
}

/** A disk of its own for the state, small enough to fill; false where it cannot be mounted. */
function mountSmallDisk(folder: string): boolean {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
