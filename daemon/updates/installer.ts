import { messageOf, ZynqnetError } from '../util/error.js';
import { addressProblem, type FetchPolicy, fetchInto } from './fetch.js';
import type { InstalledModel, ModelFolder } from './folder.js';
import { InstallError } from './install-error.js';
import { readTrustedKeys, verifySignature } from './signature.js';
import { type Manifest, Transfer } from './transfer.js';
import { verifyModel } from './verify.js';

export interface InstallRequest {
  readonly sha256: string;
  readonly bytes: number;
  /** Base64 */
  readonly signature: string;
  readonly chunkBytes: number;
  readonly activate: boolean;
  readonly url: string | null;
}

interface InstallSettings extends Pick<FetchPolicy, 'hosts' | 'caFile'> {
  readonly keysFolder: string | null;
  readonly maxModelBytes: number;
  readonly maxFolderBytes: number;
  readonly keepFreeBytes: number;
  readonly fetchSeconds: number;
}

/** `idle`: nothing has been asked for since the model in service became so. */
type InstallState = 'idle' | 'downloading' | 'verifying' | 'activating' | 'installed' | 'active' | 'failed';

export interface InstallStatus {
  readonly state: InstallState;
  /** Of what is being received. */
  readonly sha256: string | null;
  readonly percent: number | null;
  /** Ranges of chunks that have not come. */
  readonly missing: readonly [number, number][];
  readonly reason: string | null;
}

export interface InstallOutcome {
  readonly requester: Record<string, unknown>;
  readonly model?: InstalledModel;
  /** Missing: it worked. */
  readonly problem?: string;
}

export interface InstallerOptions {
  readonly folder: ModelFolder;
  readonly settings: () => InstallSettings;
  /** File names of models that must not go. */
  readonly needed: () => ReadonlySet<string>;
  /** Puts an installed model into service; throws if it cannot be, with what was before still in service. */
  readonly activate: (model: InstalledModel) => Promise<void>;
  readonly changed: (status: InstallStatus) => void;
  readonly done: (outcome: InstallOutcome) => void;
}

/** Progress is reported at most this often, and again when nothing comes any more. */
const reportEveryMs = 1000;
const stalledMs = 3000;
const maxRanges = 16;
const forgottenMs = 24 * 3_600_000;

const none: InstallStatus = { state: 'idle', sha256: null, percent: null, missing: [], reason: null };

/**
 * Receives one model at a time, by chunks or by HTTPS, checks it and puts it into service. Everything that it knows is on
 * the disk, so that it goes on after a restart.
 */
export class Installer {
  readonly #options: InstallerOptions;
  readonly #abort = new AbortController();
  #cancel = new AbortController();
  #transfer: Transfer | undefined;
  #status: InstallStatus = none;
  #reportedMs = 0;
  #cameMs = 0;
  #watch: NodeJS.Timeout | undefined;
  #finishing = false;
  #unwanted = 0;

  constructor(options: InstallerOptions) {
    this.#options = options;
  }

  get status(): InstallStatus {
    return this.#status;
  }

  /** Goes on with what an earlier start left unfinished. */
  async start(): Promise<void> {
    this.#options.changed(this.#status);
    const transfer = await Transfer.resume(this.#options.folder.path);
    if (transfer === undefined || this.#transfer !== undefined) return;
    try {
      this.#checkTrust(transfer.manifest);
    } catch (error) {
      await transfer.close();
      Transfer.discard(this.#options.folder.path);
      this.#report({ ...none, state: 'failed', reason: messageOf(error) });
      return;
    }
    this.#receive(transfer);
  }

  /**
   * Begins to receive a model, or goes on if it is the one that is being received. Resolves to what is missing. Throws
   * MODEL_SIGNATURE, or MODEL_INSTALL when another one is being received, it is too large, or there is no room.
   */
  async install(request: InstallRequest, requester: Record<string, unknown>): Promise<InstallStatus> {
    const { folder, settings } = this.#options;
    const { maxModelBytes, maxFolderBytes, keepFreeBytes, hosts } = settings();
    this.#checkTrust(request);
    const running = this.#transfer?.manifest;
    if (running?.sha256 === request.sha256 && running.bytes === request.bytes) {
      await this.#transfer?.askedBy(requester); // whoever asked last waits for the outcome
      return this.#downloading();
    }
    if (running !== undefined || this.#finishing) {
      throw new InstallError('busy', 'another model is being received; wait, or send command/model/cancel');
    }
    if (request.bytes > maxModelBytes) {
      throw new InstallError('large', `${request.bytes} bytes; update.maxModelBytes is ${maxModelBytes}`);
    }
    const problem = request.url === null ? undefined : addressProblem(request.url, hosts);
    if (problem !== undefined) throw new InstallError('address', `the address cannot be fetched: ${problem}`);
    const present = folder.list().find(({ sha256 }) => sha256 === request.sha256);
    if (present === undefined) folder.makeRoom(request.bytes, maxFolderBytes, keepFreeBytes, this.#options.needed());
    this.#finishing = true; // nobody else may begin while this one opens its file
    try {
      if (present !== undefined) {
        void this.#conclude(present, request.activate, requester);
        return this.#status;
      }
      this.#receive(await Transfer.begin(folder.path, { ...request, requester }));
      return this.#downloading();
    } finally {
      if (present === undefined) this.#finishing = false;
    }
  }

  /** A chunk that came; what belongs to no transfer is ignored and counted. */
  async chunk(sha256: string, index: number, data: Uint8Array): Promise<void> {
    const transfer = this.#transfer;
    if (transfer === undefined || transfer.manifest.sha256 !== sha256 || transfer.manifest.url !== null) {
      this.#unwanted += 1;
      return;
    }
    try {
      await transfer.put(index, data);
      this.#cameMs = performance.now();
    } catch (error) {
      if (error instanceof ZynqnetError) this.#unwanted += 1;
      else if (this.#transfer === transfer)
        await this.#fail(transfer, `the model cannot be stored: ${messageOf(error)}`);
      return;
    }
    this.#progress(transfer);
  }

  /** False if nothing was being received. */
  async cancel(): Promise<boolean> {
    const transfer = this.#transfer;
    if (transfer === undefined) return false;
    this.#cancel.abort();
    await this.#fail(transfer, 'cancelled');
    return true;
  }

  /** Leaves what has come for the next start. */
  async stop(): Promise<void> {
    this.#abort.abort();
    clearTimeout(this.#watch);
    const transfer = this.#transfer;
    this.#transfer = undefined;
    if (transfer === undefined) return;
    await transfer.save().catch(() => {});
    await transfer.close();
  }

  /** For the view of `model/status` when a model became active by other means. */
  activated(): void {
    if (this.#transfer === undefined && !this.#finishing) this.#report({ ...none, state: 'active' });
  }

  #checkTrust({ sha256, bytes, signature }: Pick<Manifest, 'sha256' | 'bytes' | 'signature'>): void {
    verifySignature({ sha256, bytes }, signature, readTrustedKeys(this.#options.settings().keysFolder));
  }

  #receive(transfer: Transfer): void {
    this.#transfer = transfer;
    this.#cancel = new AbortController();
    this.#cameMs = performance.now();
    this.#report(this.#downloading());
    this.#watchStall(transfer);
    const { url } = transfer.manifest;
    if (transfer.complete) this.#progress(transfer);
    else if (url !== null) void this.#fetch(transfer, url);
  }

  async #fetch(transfer: Transfer, url: string): Promise<void> {
    const { hosts, caFile, fetchSeconds } = this.#options.settings();
    const signal = AbortSignal.any([this.#abort.signal, this.#cancel.signal]);
    const ticker = setInterval(() => this.#progress(transfer), reportEveryMs);
    try {
      await fetchInto(transfer, url, { hosts, caFile, limitMs: fetchSeconds * 1000 }, signal);
      this.#progress(transfer);
    } catch (error) {
      if (this.#transfer === transfer) await this.#fail(transfer, messageOf(error));
    } finally {
      clearInterval(ticker);
    }
  }

  #progress(transfer: Transfer): void {
    if (this.#transfer !== transfer) return;
    if (transfer.complete) {
      this.#finishing = true;
      this.#transfer = undefined;
      clearTimeout(this.#watch);
      void this.#finish(transfer).finally(() => {
        this.#finishing = false;
      });
    } else if (performance.now() - this.#reportedMs >= reportEveryMs) this.#report(this.#downloading());
  }

  /** Chunks get lost where senders use QoS 0, or the daemon was away: say what is missing when none come any more. */
  #watchStall(transfer: Transfer): void {
    this.#watch = setTimeout(() => {
      if (this.#transfer !== transfer) return;
      const silentMs = performance.now() - this.#cameMs;
      if (silentMs >= forgottenMs && transfer.manifest.url === null) {
        void this.#fail(transfer, 'no chunk has been received for a day');
        return;
      }
      // Once in a silence, however late this timer comes.
      const reported = this.#reportedMs >= this.#cameMs + stalledMs;
      if (silentMs >= stalledMs && !reported) void this.#pause(transfer);
      this.#watchStall(transfer);
    }, stalledMs);
    this.#watch.unref();
  }

  /** The pause may be a long one: what has come is brought to the disk. */
  async #pause(transfer: Transfer): Promise<void> {
    await transfer.save().catch(() => {});
    if (this.#transfer === transfer) this.#report(this.#downloading());
  }

  async #finish(transfer: Transfer): Promise<void> {
    const { folder } = this.#options;
    const { sha256, bytes, signature, activate, requester } = transfer.manifest;
    this.#report({ ...none, state: 'verifying', sha256, percent: 100 });
    try {
      await transfer.save();
      const found = await transfer.digest();
      if (found !== sha256)
        throw new ZynqnetError('MODEL_DIGEST', `the received file has the SHA-256 ${found}, not ${sha256}`);
      const model = await verifyModel(transfer.file);
      this.#checkTrust(transfer.manifest);
      await transfer.close();
      const installed = folder.add(transfer.file, { name: model.header.name, sha256, bytes, signature });
      Transfer.discard(folder.path);
      await this.#conclude(installed, activate, requester);
    } catch (error) {
      await this.#fail(transfer, messageOf(error));
    }
  }

  async #conclude(model: InstalledModel, activate: boolean, requester: Record<string, unknown>): Promise<void> {
    const { sha256 } = model;
    let problem: string | undefined;
    if (activate) {
      this.#report({ ...none, state: 'activating', sha256, percent: 100 });
      problem = await this.#options.activate(model).then(() => undefined, messageOf);
    }
    this.#finishing = false;
    if (problem !== undefined) this.#report({ ...none, state: 'failed', sha256, reason: problem });
    else this.#report({ ...none, state: activate ? 'active' : 'installed', sha256 });
    this.#options.done({ requester, model, ...(problem !== undefined && { problem }) });
  }

  async #fail(transfer: Transfer, reason: string): Promise<void> {
    if (this.#transfer === transfer) this.#transfer = undefined;
    clearTimeout(this.#watch);
    await transfer.close().catch(() => {});
    Transfer.discard(this.#options.folder.path);
    this.#report({ ...none, state: 'failed', sha256: transfer.manifest.sha256, reason });
    this.#options.done({ requester: transfer.manifest.requester, problem: reason });
  }

  #downloading(): InstallStatus {
    const transfer = this.#transfer;
    if (transfer === undefined) return this.#status;
    const { sha256 } = transfer.manifest;
    return { ...none, state: 'downloading', sha256, percent: transfer.percent, missing: transfer.missing(maxRanges) };
  }

  #report(status: InstallStatus): void {
    this.#status = status;
    this.#reportedMs = performance.now();
    this.#options.changed(status);
  }
}
