import { describe, expect, it } from 'vitest';
import { Mailbox } from './mailbox.js';

describe('the mailbox', () => {
  it('keeps the latest and counts what it replaced', async () => {
    const box = new Mailbox<number>();
    box.put(1);
    box.put(2);
    box.put(3);
    expect(await box.take()).toBe(3);
    expect(box.dropped).toBe(2);
  });

  it('wakes a waiting reader, with undefined when it is closed', async () => {
    const box = new Mailbox<number>();
    const first = box.take();
    box.put(1);
    expect(await first).toBe(1);
    const second = box.take();
    box.close();
    expect(await second).toBeUndefined();
    box.put(5);
    expect(await box.take()).toBeUndefined();
  });
});
