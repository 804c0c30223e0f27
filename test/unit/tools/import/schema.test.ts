import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { descriptorModule } from '../../../../tools/generate/protobuf-schemas.js';
import { netType } from '../../../../tools/import/caffe/proto.js';
import { limits } from '../../../../tools/import/limits.js';
import { modelProto } from '../../../../tools/import/onnx/proto.js';
import { decodeMessage } from '../../../../tools/import/protobuf.js';
import { refusal } from './support/agree.js';

const root = new URL('../../../../', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, root), 'utf8');

describe('published schemas', () => {
  it.each(['onnx', 'caffe'])('%s.ts is generated from %s.proto', (name) => {
    const folder = 'tools/import/schema/';
    expect(read(`${folder}${name}.ts`)).toBe(descriptorModule(name, read(`${folder}${name}.proto`)));
  });
});

describe('limits', () => {
  it.each(Object.entries(limits))('%s is the native one', (name, value) => {
    const line = new RegExp(` ${name} = ([^;]+);`).exec(read('native/core/limits.hpp'))?.[1] ?? '';
    const [first, shift = '0'] = line.replaceAll(/[U}]|std::uint64_t\{/g, '').split('<<');
    expect(Number(first) * 2 ** Number(shift)).toBe(value);
  });
});

/** A length-delimited field. */
function field(number: number, content: Buffer): Buffer {
  const varint: number[] = [];
  let rest = content.length;
  for (; rest > 127; rest >>>= 7) varint.push((rest & 127) | 128);
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...varint, rest]), content]);
}

describe('memory bombs', () => {
  const graph = 7;
  it.each([
    ['a million empty nodes', field(graph, Buffer.alloc(2_000_000, Buffer.from([0x0a, 0x00])))],
    ['a million packed integers', field(graph, field(5, field(7, Buffer.alloc(1_000_000, 1))))],
    ['a million unknown fields', Buffer.alloc(3_000_000, Buffer.from([0xa8, 0x7d, 0x01]))],
  ])('%s are refused before they become objects', (_, bytes) => {
    expect(refusal(() => decodeMessage(modelProto, bytes, 'bomb.onnx'))).toMatch(
      /IMPORT_FORMAT bomb.onnx: more than 500000/,
    );
  });

  it('nested messages are refused at a fixed depth', () => {
    // an attribute's graph's node's attribute's graph ...
    let inner: Buffer = Buffer.alloc(0);
    for (let depth = 0; depth < 20_000; depth++)
      inner = field([6, 1, 5][depth % 3] as number, inner.subarray(0, 60_000));
    expect(refusal(() => decodeMessage(modelProto, field(graph, inner), 'deep.onnx'))).toMatch(
      /IMPORT_FORMAT deep.onnx/,
    );
  });

  it('lengths beyond the file are refused', () => {
    const bytes = Buffer.from([0x3a, 0xff, 0xff, 0xff, 0xff, 0x07, 0x01]);
    expect(refusal(() => decodeMessage(modelProto, bytes, 'long.onnx'))).toMatch(/IMPORT_FORMAT long.onnx is damaged/);
    expect(refusal(() => decodeMessage(netType, bytes, 'long.caffemodel'))).toMatch(/IMPORT_FORMAT/);
  });
});
