import { it } from 'vitest';
import { sleepUntilAborted } from '../../../../daemon/util/sleep.js';

it('a sleep ends at its time, or when its signal is aborted, and never rejects', async () => {
  const abort = new AbortController();
  await sleepUntilAborted(1, abort.signal);
  const long = sleepUntilAborted(1e8, abort.signal);
  abort.abort();
  await long;
  await sleepUntilAborted(1e8, abort.signal);
});
