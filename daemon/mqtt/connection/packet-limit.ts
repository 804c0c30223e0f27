import { type Duplex, Transform, type TransformCallback } from 'node:stream';

/**
 * Longest body of a packet that is let in. The client library keeps a packet in memory until it is whole, and a broker may
 * pass on 256 MB: half of a board's memory.
 */
const maxPacketBytes = 512 * 1024;

const publishType = 3;

/**
 * Cuts publish packets that are too long down to the limit, on the way from the socket to the parser: whoever gets the message
 * sees that it is too long, and can say so. Framing as in MQTT 3.1.1 and 5, section 2.1 (fixed header).
 */
export class PacketLimit extends Transform {
  readonly #maxBytes: number;
  #header: number[] = [];
  #pass = 0;
  #drop = 0;

  constructor(maxBytes = maxPacketBytes) {
    super();
    this.#maxBytes = maxBytes;
  }

  override _transform(data: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    let at = 0;
    while (at < data.length) {
      if (this.#pass > 0) {
        const part = data.subarray(at, at + this.#pass);
        this.push(part);
        this.#pass -= part.length;
        at += part.length;
      } else if (this.#drop > 0) {
        const skipped = Math.min(this.#drop, data.length - at);
        this.#drop -= skipped;
        at += skipped;
      } else {
        this.#header.push(data[at] as number);
        at += 1;
        if (!this.#frame()) {
          done(new Error('the broker sent what is not MQTT'));
          return;
        }
      }
    }
    done();
  }

  /** After another byte of a header: once it is whole, how much of the body passes. False if it can be none. */
  #frame(): boolean {
    const [first = 0, ...length] = this.#header;
    const last = length.at(-1);
    if (last === undefined) return true;
    if (last >= 0x80) return length.length < 4;
    const bytes = length.reduce((sum, byte, index) => sum + (byte & 0x7f) * 0x80 ** index, 0);
    if (bytes > this.#maxBytes && first >> 4 !== publishType) return false;
    this.#pass = Math.min(bytes, this.#maxBytes);
    this.#drop = bytes - this.#pass;
    this.push(Buffer.from([first, ...encodedLength(this.#pass)]));
    this.#header = [];
    return true;
  }
}

/** A stream whose readers by `pipe` get packets within the limit; everything else about it stays. */
export function limitPackets(stream: Duplex): Duplex {
  const pipe = stream.pipe.bind(stream) as Duplex['pipe'];
  stream.pipe = ((destination: NodeJS.WritableStream) => {
    const limit = pipe(new PacketLimit());
    limit.on('error', (error) => stream.destroy(error));
    return limit.pipe(destination);
  }) as Duplex['pipe'];
  return stream;
}

function encodedLength(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const byte = rest % 0x80;
    rest = Math.floor(rest / 0x80);
    bytes.push(rest > 0 ? byte | 0x80 : byte);
  } while (rest > 0);
  return bytes;
}
