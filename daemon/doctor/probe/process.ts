/** The probe process: answers one call after the other until its parent goes. */
import { codeOf, messageOf } from '../../util/error.js';
import { calls } from './calls.js';
import type { Answer, Request } from './client.js';

process.on('message', async ({ id, name, args }: Request) => {
  let answer: Answer;
  try {
    const call = calls[name] as (...given: readonly unknown[]) => unknown;
    answer = { id, value: await call(...args) };
  } catch (error) {
    const code = codeOf(error);
    answer = { id, message: messageOf(error), ...(code === undefined ? {} : { code }) };
  }
  process.send?.(answer);
});
process.on('disconnect', () => process.exit(0));
