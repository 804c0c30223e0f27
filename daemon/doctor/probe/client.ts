import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type CallName, callNames, type Probe } from './call-types.js';

export interface Request {
  readonly id: number;
  readonly name: CallName;
  readonly args: readonly unknown[];
}

export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly message: string; readonly code?: string };

const processFile = fileURLToPath(new URL('./process.js', import.meta.url));

/** Asks the probe process, which is started at the first call and again after one that was given up or died. */
export function startProbe(file = processFile): Probe {
  const connection = new Connection(file);
  const calls = callNames.map((name) => [
    name,
    (signal: AbortSignal, ...args: unknown[]) => connection.call(name, args, signal),
  ]);
  return { ...Object.fromEntries(calls), close: () => connection.close() } as Probe;
}

class Connection {
  readonly #file: string;
  #child: ChildProcess | undefined;
  #next = 1;

  constructor(file: string) {
    this.#file = file;
  }

  call(name: CallName, args: readonly unknown[], signal: AbortSignal): Promise<unknown> {
    if (signal.aborted) return Promise.reject(new Error('given up'));
    const child = this.#running();
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const done = (act: () => void): void => {
        child.off('message', onMessage).off('exit', onExit).off('error', onError);
        signal.removeEventListener('abort', onAbort);
        act();
      };
      const onMessage = (answer: Answer): void => {
        if (answer.id !== id) return;
        done(() => ('value' in answer ? resolve(answer.value) : reject(answered(answer))));
      };
      const onExit = (status: number | null, ended: string | null): void =>
        done(() => {
          this.#forget(child);
          reject(new Error(`the probe process died of it (${ended ?? `exit status ${status}`})`));
        });
      const onError = (error: Error): void => done(() => reject(error));
      // Whatever it hangs in, it must not hold up the rest: a process that even SIGKILL does not end is left behind.
      const onAbort = (): void =>
        done(() => {
          this.#forget(child);
          reject(new Error('given up'));
        });
      child.on('message', onMessage).on('exit', onExit).on('error', onError);
      signal.addEventListener('abort', onAbort, { once: true });
      child.send({ id, name, args } satisfies Request);
    });
  }

  close(): void {
    if (this.#child) this.#forget(this.#child);
  }

  #running(): ChildProcess {
    this.#child ??= fork(this.#file, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], serialization: 'advanced' });
    return this.#child;
  }

  #forget(child: ChildProcess): void {
    if (this.#child === child) this.#child = undefined;
    child.on('error', () => {});
    child.kill('SIGKILL');
    if (child.connected) child.disconnect();
    child.unref();
  }
}

function answered({ message, code }: { readonly message: string; readonly code?: string }): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}
