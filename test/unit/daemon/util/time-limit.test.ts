import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { endsWithin, TimeLimitError, withTimeLimit } from '../../../../daemon/util/time-limit.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const never = () => new Promise<never>(() => {});
const settlesAfter = <T>(ms: number, value: T) => new Promise<T>((resolve) => setTimeout(resolve, ms, value));

describe('a time limit', () => {
  it('gives the result or the error of work that is in time, and leaves no timer behind', async () => {
    expect(await withTimeLimit(Promise.resolve(7), 1000)).toBe(7);
    await expect(withTimeLimit(Promise.reject(new Error('broken')), 1000)).rejects.toThrow('broken');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('rejects late work with an error that says so', async () => {
    const result = expect(withTimeLimit(never(), 1500)).rejects.toThrow(
      expect.objectContaining({ name: 'TimeLimitError', limitMs: 1500, message: 'no answer within 1.5 s' }),
    );
    await vi.advanceTimersByTimeAsync(1500);
    await result;
    expect(new TimeLimitError(1000, 'no result').message).toBe('no result within 1 s');
  });

  it("rejects with the caller's own error, made only when it is late", async () => {
    const late = vi.fn(() => new RangeError('too late'));
    const result = expect(withTimeLimit(settlesAfter(200, 1), 100, { late })).rejects.toThrow(RangeError);
    expect(late).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(300);
    await result;
    expect(late).toHaveBeenCalledOnce();
  });

  it('leaves an error that comes after the limit unheard, not unhandled', async () => {
    const work = settlesAfter(200, 0).then(() => Promise.reject(new Error('later still')));
    const result = expect(withTimeLimit(work, 100)).rejects.toThrow(TimeLimitError);
    await vi.advanceTimersByTimeAsync(300);
    await result;
  });

  it('ends at once when its signal is aborted, before or meanwhile', async () => {
    const abort = new AbortController();
    const result = expect(withTimeLimit(never(), 1000, { signal: abort.signal })).rejects.toThrow('stopped');
    abort.abort(new Error('stopped'));
    await result;
    expect(vi.getTimerCount()).toBe(0);
    await expect(withTimeLimit(never(), 1000, { signal: abort.signal })).rejects.toThrow('stopped');
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('whether work ends in time', () => {
  it('is yes, no, or its error', async () => {
    expect(await endsWithin(Promise.resolve(), 100)).toBe(true);
    const late = endsWithin(never(), 100);
    await vi.advanceTimersByTimeAsync(100);
    expect(await late).toBe(false);
    await expect(endsWithin(Promise.reject(new TimeLimitError(5)), 100)).rejects.toThrow(TimeLimitError);
    expect(vi.getTimerCount()).toBe(0);
  });
});
