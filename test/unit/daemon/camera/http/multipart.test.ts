import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundaryOf, MultipartParser } from '../../../../../daemon/camera/http/multipart.js';
import { ZynqnetError } from '../../../../../daemon/util/error.js';

const limit = 4096;

function parse(stream: Uint8Array, boundary: string | undefined, cuts: readonly number[] = []): Buffer[] {
  const parts: Buffer[] = [];
  const parser = new MultipartParser(boundary, limit, (part) => parts.push(Buffer.from(part)));
  const edges = [0, ...[...cuts].map((cut) => cut % (stream.length + 1)).sort((a, b) => a - b), stream.length];
  for (let i = 1; i < edges.length; i++) parser.push(stream.subarray(edges[i - 1], edges[i]));
  return parts;
}

interface Style {
  readonly newline: string;
  readonly length: 'right' | 'none' | 'short' | 'long';
  readonly preamble: string;
}

function compose(parts: readonly Uint8Array[], boundary: string, { newline, length, preamble }: Style): Buffer {
  const pieces: Uint8Array[] = [Buffer.from(preamble)];
  for (const part of parts) {
    const told = { right: part.length, short: Math.max(1, part.length - 3), long: part.length + 5, none: 0 }[length];
    const line = length === 'none' ? '' : `Content-Length: ${told}${newline}`;
    pieces.push(
      Buffer.from(`--${boundary}${newline}Content-Type: image/jpeg${newline}${line}${newline}`),
      part,
      Buffer.from(newline),
    );
  }
  pieces.push(Buffer.from(`--${boundary}--${newline}`));
  return Buffer.concat(pieces);
}

/** Bytes that look like a picture: they never contain the boundary by chance. */
const picture = fc
  .uint8Array({ minLength: 1, maxLength: 600 })
  .map((bytes) => Buffer.from([0xff, 0xd8, ...bytes.filter((b) => b !== 45), 0xff, 0xd9]));
const boundaryText = fc.stringMatching(/^[A-Za-z0-9_]{1,30}$/);

describe('MultipartParser', () => {
  it('gives the same parts however the stream is cut and whatever style the camera has', () => {
    const style = fc.record({
      newline: fc.constantFrom('\r\n', '\n'),
      length: fc.constantFrom('right', 'none', 'short', 'long'),
      preamble: fc.constantFrom('', '\r\n', 'hello\r\n'),
    }) as fc.Arbitrary<Style>;
    fc.assert(
      fc.property(
        fc.array(picture, { minLength: 1, maxLength: 5 }),
        boundaryText,
        style,
        fc.array(fc.nat(), { maxLength: 30 }),
        fc.boolean(),
        (pictures, boundary, how, cuts, known) => {
          // three bytes less of such a picture are a whole JPEG too: nobody can tell that the length is wrong
          fc.pre(
            how.length !== 'short' || pictures.every((bytes) => bytes.subarray(-5, -3).toString('hex') !== 'ffd9'),
          );
          const parts = parse(compose(pictures, boundary, how), known ? boundary : undefined, cuts);
          expect(parts.map((part) => part.toString('hex'))).toEqual(pictures.map((part) => part.toString('hex')));
        },
      ),
      { numRuns: 400 },
    );
  });

  it('takes any bytes without more than a ZynqnetError', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 900 }),
      fc.constantFrom(
        ...['--b', '\r\n', '--b--', 'Content-Length: 9', 'Content-Length: 99999999', '\n'].map((text) =>
          Buffer.from(text),
        ),
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), fc.boolean(), (pieces, known) => {
        const parser = new MultipartParser(known ? 'b' : undefined, limit, (part) =>
          expect(part.length).toBeLessThanOrEqual(limit + 16 * 1024 + 900),
        );
        try {
          for (const bytes of pieces) parser.push(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(ZynqnetError);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('gives a whole JPEG at once, without waiting for the boundary of the next', () => {
    const body = Buffer.from([0xff, 0xd8, 1, 2, 3, 0xff, 0xd9]);
    const parts: Uint8Array[] = [];
    const parser = new MultipartParser('b', limit, (part) => parts.push(part));
    parser.push(Buffer.concat([Buffer.from(`--b\r\nContent-Length: ${body.length}\r\n\r\n`), body]));
    expect(parts).toHaveLength(1);
  });

  it('finds out wrong lengths once and then goes by the boundary', () => {
    const pictures = [1, 2, 3].map((shade) => Buffer.from([0xff, 0xd8, shade, 9, 9, 9, 0xff, 0xd9]));
    const parser = new MultipartParser('b', limit, () => undefined);
    parser.push(compose(pictures, 'b', { newline: '\r\n', length: 'short', preamble: '' }));
    expect(parser.badLengths).toBe(1);
    expect(parser.ended).toBe(true);
  });

  it('refuses a part without an end instead of filling memory', () => {
    const parser = new MultipartParser('b', limit, () => undefined);
    parser.push(Buffer.from('--b\r\n\r\n'));
    const endless = () => {
      for (let i = 0; i < 100; i++) parser.push(Buffer.alloc(1000, 7));
    };
    expect(endless).toThrow(expect.objectContaining({ code: 'CAMERA_FORMAT' }));
  });

  it('refuses what is no multipart stream', () => {
    const parser = new MultipartParser(undefined, limit, () => undefined);
    expect(() => parser.push(Buffer.alloc(20_000, 65))).toThrow(expect.objectContaining({ code: 'CAMERA_FORMAT' }));
  });
});

describe('boundaryOf', () => {
  it.each([
    ['multipart/x-mixed-replace; boundary=frame', 'frame'],
    ['multipart/x-mixed-replace;boundary="a b c"', 'a b c'],
    ['multipart/x-mixed-replace; BOUNDARY=--myboundary; charset=x', '--myboundary'],
    ['multipart/x-mixed-replace', undefined],
  ])('%s', (type, boundary) => {
    expect(boundaryOf(type)).toBe(boundary);
  });
});
