import protobuf from 'protobufjs';
import textformat from 'protobufjs/ext/textformat.js';
import { damaged, shown } from './import-errors.js';
import { sourceLimits } from './limits.js';

/** A type of a published schema; `descriptor` is one of `schema/*.ts`. */
export function messageType(descriptor: protobuf.INamespace, name: string): protobuf.Type {
  const root = protobuf.Root.fromJSON(descriptor);
  root.resolveAll();
  return root.lookupType(name);
}

/** A signed 64-bit field as protobufjs hands it over: a number, or an object when the `long` package is there. */
export type Int64 = number | { toNumber(): number };

/** An integer field as a number; NaN past 2^53, so that every range check refuses it. */
export function integer(value: Int64): number {
  const number = typeof value === 'number' ? value : value.toNumber();
  return Number.isSafeInteger(number) ? number : Number.NaN;
}

/** Decodes a binary message after checking that it is no memory bomb. `what` names the file in errors. */
export function decodeMessage<T>(type: protobuf.Type, bytes: Uint8Array, what: string): T {
  let budget: number = sourceLimits.protobufItems;
  try {
    budget = countItems(type, protobuf.Reader.create(bytes), bytes.length, budget, 0);
    if (budget >= 0) return type.decode(bytes) as T;
  } catch (error) {
    damaged(`${what} is damaged or no ${type.name}: ${shown((error as Error).message)}`, error);
  }
  damaged(`${what}: more than ${sourceLimits.protobufItems} protobuf fields, far too many for a network that fits`);
}

/** Parses protobuf text format, the language of prototxt files. */
export function parseText<T>(type: protobuf.Type, text: string, what: string): T {
  try {
    // the parser leaves inner messages plain objects; this gives them their defaults
    return type.fromObject({ ...textformat.fromText(type, text) }) as T;
  } catch (error) {
    return damaged(`${what}: ${shown((error as Error).message)}`, error);
  }
}

/**
 * Walks the wire format and takes one from the budget for everything that would become an object of its own: a two-byte
 * field can cost a hundred bytes of heap. Packed floats are counted by nobody: they cost twice their size at most.
 * Returns what is left; stops early below zero.
 */
function countItems(
  type: protobuf.Type | undefined,
  reader: protobuf.Reader,
  end: number,
  budget: number,
  depth: number,
) {
  if (depth > sourceLimits.protobufDepth) throw new Error('messages are nested too deeply');
  let left = budget;
  while (reader.pos < end && left >= 0) {
    left -= 1;
    const tag = reader.uint32();
    const field = type?.fieldsById[tag >>> 3];
    if ((tag & 7) !== 2) {
      reader.skipType(tag & 7);
      continue;
    }
    const length = reader.uint32();
    const next = reader.pos + length;
    if (next > end) throw new Error(`a field of ${length} bytes runs past its end`);
    if (field?.resolvedType instanceof protobuf.Type) {
      left = countItems(field.resolvedType, reader, next, left, depth + 1);
      if (left < 0) return left;
    } else if (field?.repeated && !['float', 'double', 'string', 'bytes'].includes(field.type)) {
      left -= length;
    }
    reader.pos = next;
  }
  return left;
}
