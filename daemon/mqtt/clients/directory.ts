import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { TopicName } from '../topics/topics.js';

// A fleet has boards of several versions: what is looked at is checked, what they say besides is kept as it is.
const boardStatus = z.looseObject({ state: z.string() });
const boardInfo = z.looseObject({
  version: z.string(),
  model: z.looseObject({ name: z.string(), sha256: z.string().optional() }),
  backend: z.string(),
});
const boardHealth = z.looseObject({ framesPerSecond: z.number(), camera: z.looseObject({ state: z.string() }) });

/** What a board has said about itself. */
export interface Board {
  readonly device: string;
  state: string;
  info?: z.output<typeof boardInfo>;
  health?: z.output<typeof boardHealth>;
  revision?: number;
  /** The effective configuration, secrets redacted. */
  config?: Record<string, unknown>;
  readonly alerts: Set<string>;
}

/** The retained topics from which boards are known. */
const directoryTopics = ['status', 'info', 'health', 'config', 'alert/+'] as const satisfies readonly TopicName[];

/** Every board that the broker knows of, from its retained messages and what comes afterwards. */
export class Directory {
  readonly #base: string;
  readonly #boards = new Map<string, Board>();
  #heardMs = performance.now();
  /** Boards, and boards whose configuration has come. */
  #known = 0;

  constructor(base: string) {
    this.#base = base;
  }

  get filters(): string[] {
    return directoryTopics.map((topic) => `${this.#base}/+/${topic}`);
  }

  /** Sorted by name. */
  get boards(): Board[] {
    return [...this.#boards.values()].sort((a, b) => a.device.localeCompare(b.device));
  }

  board(device: string): Board | undefined {
    return this.#boards.get(device);
  }

  /** Anybody may publish anything: what does not match the catalogue is ignored. */
  take(topic: string, payload: Buffer): void {
    const before = this.#known;
    this.#take(topic, payload);
    // Boards go on talking: only what was not known yet counts as still arriving.
    if (this.#known !== before) this.#heardMs = performance.now();
  }

  #take(topic: string, payload: Buffer): void {
    if (!topic.startsWith(`${this.#base}/`)) return;
    const [device = '', name = '', ...rest] = topic.slice(this.#base.length + 1).split('/');
    if (device === '' || device === 'group' || payload.length === 0) {
      if (name === 'alert') this.#boards.get(device)?.alerts.delete(rest.join('/'));
      return;
    }
    const data = parse(payload);
    if (name === 'status') {
      const status = boardStatus.safeParse(data).data;
      if (status !== undefined) this.#of(device).state = status.state;
    } else if (name === 'info') {
      const info = boardInfo.safeParse(data).data;
      if (info !== undefined) this.#of(device).info = info;
    } else if (name === 'health') {
      const health = boardHealth.safeParse(data).data;
      if (health !== undefined) this.#of(device).health = health;
    } else if (name === 'alert') this.#of(device).alerts.add(rest.join('/'));
    else if (name === 'config' && rest.length === 0) this.#takeConfig(device, data);
  }

  /** Resolves when nothing new has come for `quietMs`, at the latest after `limitMs`. */
  async settled(quietMs: number, limitMs: number): Promise<void> {
    this.#heardMs = performance.now();
    const end = performance.now() + limitMs;
    while (performance.now() < Math.min(end, this.#heardMs + quietMs)) {
      await sleep(20);
    }
  }

  #takeConfig(device: string, data: unknown): void {
    const { revision, config } = (data ?? {}) as { revision?: unknown; config?: unknown };
    if (typeof revision !== 'number' || typeof config !== 'object' || config === null) return;
    const board = this.#of(device);
    if (board.config === undefined) this.#known += 1;
    Object.assign(board, { revision, config });
  }

  #of(device: string): Board {
    const known = this.#boards.get(device);
    if (known !== undefined) return known;
    const board: Board = { device, state: 'unknown', alerts: new Set() };
    this.#boards.set(device, board);
    this.#known += 1;
    return board;
  }
}

function parse(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    return undefined;
  }
}
