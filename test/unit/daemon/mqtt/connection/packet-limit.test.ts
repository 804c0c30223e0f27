import { PassThrough, type Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limitPackets, PacketLimit } from '../../../../../daemon/mqtt/connection/packet-limit.js';

const limit = 200;

function packet(type: number, body: Uint8Array): Buffer {
  const length: number[] = [];
  let rest = body.length;
  do {
    length.push((rest % 128) | (rest >= 128 ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.concat([Buffer.from([type, ...length]), body]);
}

async function collect(stream: Readable): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** What comes out when the bytes come in pieces of these sizes. */
async function through(bytes: Buffer, sizes: readonly number[] = [bytes.length]): Promise<Buffer> {
  const stream = new PacketLimit(limit);
  const out = collect(stream);
  let at = 0;
  for (let turn = 0; at < bytes.length; turn += 1) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    stream.write(bytes.subarray(at, at + size));
    at += size;
  }
  stream.end();
  return out;
}

describe('the limit on packets', () => {
  it('lets through what is short, however it is cut', async () => {
    const body = fc.uint8Array({ maxLength: limit });
    const packets = fc.array(fc.tuple(fc.integer({ min: 0, max: 255 }), body), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        packets,
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 }),
        async (list, sizes) => {
          const bytes = Buffer.concat(list.map(([type, data]) => packet(type, data)));
          expect(await through(bytes, sizes)).toEqual(bytes);
        },
      ),
    );
  });

  it('cuts publish packets that are too long, and only those', async () => {
    const long = Buffer.alloc(1_000_000, 'x');
    const after = packet(0x30, Buffer.from('short'));
    const cut = packet(0x32, long.subarray(0, limit));
    expect(await through(Buffer.concat([packet(0x32, long), after]), [777])).toEqual(Buffer.concat([cut, after]));
  });

  it.each([
    ['a long packet that is no message', packet(0x90, Buffer.alloc(limit + 1))],
    ['a length that never ends', Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0xff])],
  ])('gives up on %s', async (_, bytes) => {
    await expect(through(bytes)).rejects.toThrow('not MQTT');
  });

  it('is between a stream and whoever it is piped to, and ends the stream that breaks it', async () => {
    const stream = new PassThrough();
    const reader = new PassThrough();
    expect(limitPackets(stream).pipe(reader)).toBe(reader);
    const closed = new Promise((resolve) => stream.once('error', resolve));
    stream.write(packet(0x30, Buffer.from('message')));
    await new Promise((resolve) => reader.once('data', resolve));
    stream.write(Buffer.from([0x90, 0xff, 0xff, 0xff, 0xff]));
    expect(await closed).toBeInstanceOf(Error);
  });
});
