import { ZynqnetError } from '../../util/error.js';

/** Headers of a part are a few lines; more is not a multipart stream. */
const MAX_HEADER_BYTES = 16 * 1024;
const CR = 13;
const LF = 10;
const DASH = 45;

/**
 * Cuts a `multipart/x-mixed-replace` stream (RFC 2046 section 5.1, as cameras use it) into its parts. Tolerant, because
 * cameras are not: lines may end in LF, the boundary parameter may be quoted, missing, or carry its dashes already, and
 * a Content-Length that is wrong is found out by the boundary that does not follow it. It keeps little
 * more than `maxPartBytes` in memory; a larger part is CAMERA_FORMAT.
 */
export class MultipartParser {
  readonly #emit: (part: Uint8Array) => void;
  readonly #maxPartBytes: number;
  #boundary: Buffer | undefined;
  #buffer = Buffer.alloc(64 * 1024);
  #start = 0;
  #end = 0;
  /** Where the search for the end of the body goes on, from #start. */
  #searched = 0;
  #state: 'preamble' | 'headers' | 'body' | 'ended' = 'preamble';
  #length: number | undefined;
  #badLengths = 0;

  constructor(boundary: string | undefined, maxPartBytes: number, emit: (part: Uint8Array) => void) {
    this.#emit = emit;
    this.#maxPartBytes = maxPartBytes;
    if (boundary) this.#boundary = Buffer.from(`--${boundary.replace(/^--/, '')}`, 'latin1');
  }

  /** Parts whose Content-Length was wrong; after the first one lengths are not trusted any more. */
  get badLengths(): number {
    return this.#badLengths;
  }

  /** True after the closing boundary. */
  get ended(): boolean {
    return this.#state === 'ended';
  }

  push(chunk: Uint8Array): void {
    if (this.#state === 'ended') return;
    this.#append(chunk);
    while (this.#step());
    if (this.#end - this.#start > this.#maxPartBytes + MAX_HEADER_BYTES) {
      throw new ZynqnetError(
        'CAMERA_FORMAT',
        `a part of the stream is longer than ${this.#maxPartBytes} bytes; is this an MJPEG stream?`,
      );
    }
  }

  #append(chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.#buffer.length) {
      const kept = this.#end - this.#start;
      let size = this.#buffer.length;
      while (size < kept + chunk.length) size *= 2;
      const target = size === this.#buffer.length ? this.#buffer : Buffer.alloc(size);
      this.#buffer.copy(target, 0, this.#start, this.#end);
      this.#buffer = target;
      this.#start = 0;
      this.#end = kept;
    }
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** One step; false when more bytes are needed. */
  #step(): boolean {
    switch (this.#state) {
      case 'preamble':
        return this.#preamble();
      case 'headers':
        return this.#headers();
      case 'body':
        return this.#body();
      case 'ended':
        return false;
    }
  }

  /** Skips everything up to and with the line of a boundary. */
  #preamble(): boolean {
    const line = this.#line(this.#start);
    if (!line) {
      if (this.#end - this.#start > MAX_HEADER_BYTES) throw noBoundary();
      return false;
    }
    const text = this.#buffer.subarray(this.#start, line.end);
    if (!this.#boundary && text.length > 2 && text[0] === DASH && text[1] === DASH) this.#boundary = Buffer.from(text);
    this.#start = line.next;
    if (this.#boundary && startsWith(text, this.#boundary)) this.#afterBoundary(text);
    return true;
  }

  #afterBoundary(line: Uint8Array): void {
    const closing = line[this.#boundary?.length ?? 0] === DASH && line[(this.#boundary?.length ?? 0) + 1] === DASH;
    this.#state = closing ? 'ended' : 'headers';
    this.#length = undefined;
    this.#searched = 0;
  }

  #headers(): boolean {
    const line = this.#line(this.#start);
    if (!line) {
      if (this.#end - this.#start > MAX_HEADER_BYTES) throw noBoundary();
      return false;
    }
    if (line.end === this.#start) {
      this.#state = 'body';
    } else {
      const text = this.#buffer.toString('latin1', this.#start, line.end);
      const length = /^content-length\s*:\s*(\d{1,10})\s*$/i.exec(text)?.[1];
      if (length !== undefined && this.#badLengths === 0) this.#length = Number(length);
    }
    this.#start = line.next;
    return true;
  }

  #body(): boolean {
    if (this.#length !== undefined && this.#length > 0 && this.#length <= this.#maxPartBytes) {
      const verdict = this.#bodyByLength(this.#length);
      if (verdict !== 'wrong') return verdict === 'done';
      this.#badLengths += 1;
      this.#length = undefined;
      this.#searched = 0;
    }
    return this.#bodyByBoundary();
  }

  #bodyByLength(length: number): 'done' | 'more' | 'wrong' {
    const boundary = this.#boundary as Buffer;
    let at = this.#start + length;
    // a whole JPEG need not wait for its boundary, which many cameras send only with the next picture
    if (length >= 4 && this.#end >= at && this.#isJpeg(this.#start, at)) {
      this.#finishPart(at, at);
      return 'done';
    }
    // the line break before the boundary may be CRLF, LF or missing
    if (this.#end < at + 2 + boundary.length) return this.#pictureEndsEarly(boundary) ? 'wrong' : 'more';
    if (this.#buffer[at] === CR) at += 1;
    if (this.#buffer[at] === LF) at += 1;
    if (!startsWith(this.#buffer.subarray(at, this.#end), boundary)) return 'wrong';
    this.#finishPart(this.#start + length, at);
    return 'done';
  }

  /** Whether a boundary follows a JPEG's end already, before the length that was announced. */
  #pictureEndsEarly(boundary: Buffer): boolean {
    const view = this.#buffer.subarray(this.#start, this.#end);
    const found = view.indexOf(boundary, this.#searched);
    this.#searched = found < 0 ? Math.max(0, view.length - boundary.length) : found + 1;
    if (found < 2 || view[found - 1] !== LF) return false;
    const end = view[found - 2] === CR ? found - 2 : found - 1;
    return this.#isJpeg(this.#start, this.#start + end);
  }

  #isJpeg(from: number, to: number): boolean {
    const data = this.#buffer;
    return data[from] === 0xff && data[from + 1] === 0xd8 && data[to - 2] === 0xff && data[to - 1] === 0xd9;
  }

  #bodyByBoundary(): boolean {
    const boundary = this.#boundary as Buffer;
    const view = this.#buffer.subarray(this.#start, this.#end);
    const found = view.indexOf(boundary, this.#searched);
    if (found < 0) {
      this.#searched = Math.max(0, view.length - boundary.length);
      return false;
    }
    if (found > 0 && view[found - 1] !== LF) {
      this.#searched = found + 1; // the same bytes by chance, inside the picture
      return true;
    }
    let end = found;
    if (end > 0 && view[end - 1] === LF) end -= 1;
    if (end > 0 && view[end - 1] === CR) end -= 1;
    this.#finishPart(this.#start + end, this.#start + found);
    return true;
  }

  #finishPart(end: number, boundaryAt: number): void {
    const part = Buffer.from(this.#buffer.subarray(this.#start, end));
    this.#start = boundaryAt;
    this.#state = 'preamble';
    if (part.length > 0) this.#emit(part);
  }

  /** The line that begins at `from`: where its text ends and where the next one begins. */
  #line(from: number): { end: number; next: number } | undefined {
    const at = this.#buffer.subarray(from, Math.min(this.#end, from + MAX_HEADER_BYTES + 1)).indexOf(LF);
    if (at < 0) return undefined;
    const end = from + at;
    return { end: end > from && this.#buffer[end - 1] === CR ? end - 1 : end, next: end + 1 };
  }
}

/** The boundary parameter of a Content-Type, or undefined where there is none. */
export function boundaryOf(contentType: string): string | undefined {
  const match = /;\s*boundary\s*=\s*(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  return match?.[1] ?? match?.[2];
}

const startsWith = (data: Uint8Array, prefix: Uint8Array): boolean =>
  data.length >= prefix.length && prefix.every((byte, i) => data[i] === byte);

const noBoundary = (): ZynqnetError =>
  new ZynqnetError('CAMERA_FORMAT', 'the stream has no multipart boundary where one must be; is this an MJPEG stream?');
