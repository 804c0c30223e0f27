import { z } from 'zod';
import type { ConfigStore } from '../../config/store.js';
import type { ModelIdentity } from '../../mqtt/topics/payloads.js';
import type { RetainedTopic } from '../../mqtt/topics/topics.js';
import type { ModelFolder } from '../../updates/folder.js';
import { InstallError, type RefusedKind } from '../../updates/install-error.js';
import { Installer, type InstallOutcome } from '../../updates/installer.js';
import { readTrustedKeys } from '../../updates/signature.js';
import { TokenBucket } from '../../util/token-bucket.js';
import { type Inbox, type Requester, type Route, route } from '../inbox.js';
import { type Reply, type ReplyCode, RequestError } from '../reply.js';
import { requesterOf, storedRequester } from '../stored-requester.js';
import { modelStatus } from './model-status.js';

export interface ModelCommandOptions {
  readonly inbox: Inbox;
  readonly store: ConfigStore;
  readonly folder: ModelFolder;
  /** Commits `model.file`: this value, or the local file's. */
  readonly change: (file: string | null, requester: Requester) => Promise<Reply>;
  readonly active: () => ModelIdentity | undefined;
  readonly retain: (name: RetainedTopic, value: unknown) => void;
  readonly answerTopic: string;
}

const codes: Record<RefusedKind, ReplyCode> = {
  busy: 409,
  large: 413,
  room: 507,
  address: 400,
  unknown: 404,
  needed: 409,
  other: 400,
};

/** Whoever asked is answered when the whole installation is done. */
const nobody: Requester = { id: null };

/** `command/model/…`, the chunks on `model/chunk/…`, and the retained `model/status`. */
export class ModelCommands {
  readonly #options: ModelCommandOptions;
  readonly #installer: Installer;
  readonly #chunks: TokenBucket;

  constructor(options: ModelCommandOptions) {
    this.#options = options;
    const { store, folder } = options;
    this.#chunks = new TokenBucket(() => store.config.remote.chunksPerSecond, 2);
    this.#installer = new Installer({
      folder,
      settings: () => store.config.update,
      needed: () => this.#needed(),
      activate: (model) => this.#activate(model.file),
      changed: () => this.publish(),
      done: (outcome) => void this.#answer(outcome),
    });
  }

  async start(): Promise<void> {
    this.#options.inbox.onRaw('model/chunk', (rest, { payload }) => {
      const [sha256 = '', index = ''] = rest.split('/');
      if (!/^\d{1,9}$/.test(index) || !this.#chunks.take(performance.now())) return;
      void this.#installer.chunk(sha256, Number(index), payload);
    });
    await this.#installer.start();
  }

  /** Leaves an unfinished transfer for the next start. */
  stop(): Promise<void> {
    return this.#installer.stop();
  }

  /** `model/status` as it is now. */
  publish(): void {
    const { active, folder, retain } = this.#options;
    retain('model/status', modelStatus(this.#installer.status, folder, active()));
  }

  routes(): [string, Route][] {
    return [
      ['model/install', this.#install()],
      ['model/activate', this.#activation()],
      ['model/list', route({}, () => ({ code: 200, data: this.#list() }))],
      ['model/remove', this.#removal()],
      [
        'model/cancel',
        route({}, async () => {
          if (await this.#installer.cancel()) return { code: 200, message: 'what was received has been discarded' };
          throw new RequestError(404, 'no model is being received');
        }),
      ],
    ];
  }

  #install(): Route {
    const shape = {
      sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits'),
      bytes: z
        .int()
        .min(1)
        .max(2 ** 40),
      signature: z.string().min(1).max(200),
      chunkBytes: z.int().min(1024).max(262_144).default(32_768),
      activate: z.boolean().default(true),
      url: z.string().max(2048).nullable().default(null),
    };
    return route(shape, ({ body, requester }) =>
      asReply(async () => {
        const { missing } = await this.#installer.install(body, storedRequester(requester));
        const topic = `model/chunk/${body.sha256}/`;
        const chunks = Math.ceil(body.bytes / body.chunkBytes);
        const message = 'the outcome follows with the same id';
        return { code: 202, message, data: { topic, chunks, chunkBytes: body.chunkBytes, missing } };
      }),
    );
  }

  #activation(): Route {
    return route({ model: z.string().min(1).max(200) }, ({ body: { model }, requester }) =>
      asReply(async () => {
        const { folder } = this.#options;
        if (model === 'built-in') return this.#switch(null, requester);
        if (model === 'previous') {
          const { previous } = folder;
          if (previous === undefined) throw new InstallError('unknown', 'no model was in use before this one');
          return this.#switch(previous, requester);
        }
        const newest = model === 'latest' ? folder.list()[0]?.file : undefined;
        return this.#switch(folder.find(newest ?? model).file, requester);
      }),
    );
  }

  #removal(): Route {
    return route({ model: z.string().min(1).max(200) }, ({ body: { model } }) =>
      asReply(async () => {
        const { file } = this.#options.folder.find(model);
        if (this.#needed().has(file))
          throw new InstallError('needed', `${file} is in use, or the one before; it stays`);
        this.#options.folder.remove(file);
        this.publish();
        return { code: 200, message: `${file} is removed` };
      }),
    );
  }

  #list() {
    const { folder, active } = this.#options;
    const sha256 = active()?.sha256;
    const { previous } = folder;
    return {
      active: active() ?? null,
      installed: folder.list().map(({ signature: _, ...model }) => ({
        ...model,
        active: model.sha256 === sha256,
        previous: model.file === previous,
      })),
    };
  }

  async #activate(file: string): Promise<void> {
    const reply = await this.#switch(file, nobody);
    if (reply.code >= 400) throw new Error(reply.message);
  }

  /** Checks an installed model once more, then commits the change to it; remembers the one before. */
  async #switch(file: string | null, requester: Requester): Promise<Reply> {
    const { store, folder, change } = this.#options;
    const installed = folder.list().find((model) => model.file === file);
    if (installed !== undefined) await folder.check(installed, readTrustedKeys(store.config.update.keysFolder));
    const before = store.config.model.file;
    const reply = await change(file, requester);
    if (before !== file) folder.remember(before);
    this.#installer.activated();
    return reply;
  }

  #needed(): ReadonlySet<string> {
    const { store, folder } = this.#options;
    const files = [store.config.model.file, store.local.model.file, folder.previous];
    return new Set(files.filter((file) => typeof file === 'string'));
  }

  async #answer({ requester, model, problem }: InstallOutcome): Promise<void> {
    const { inbox, answerTopic, store } = this.#options;
    const reply: Reply =
      problem === undefined
        ? { code: 200, message: 'installed', revision: store.revision, data: { file: model?.file, name: model?.name } }
        : { code: 422, message: problem, revision: store.revision };
    await inbox.answer(answerTopic, requesterOf(requester), reply);
  }
}

/** The reply of some work, errors about models included. */
async function asReply(work: () => Promise<Reply>): Promise<Reply> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InstallError) throw new RequestError(codes[error.kind], error.message);
    const code = (error as { code?: unknown }).code;
    if (code === 'MODEL_SIGNATURE') throw new RequestError(403, (error as Error).message);
    if (typeof code === 'string' && code.startsWith('MODEL_')) throw new RequestError(422, (error as Error).message);
    throw error;
  }
}
