import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Resolves after `ms`, or as soon as the signal is aborted; never rejects. Who wants a rejection on abort, or has no signal,
 * uses setTimeout of node:timers/promises itself.
 */
export async function sleepUntilAborted(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {}); // it rejects for no other reason than the abort
}
