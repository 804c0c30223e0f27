/** Small deterministic generator, so that a failing run can be repeated by its seed. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2654435761 + 1) >>> 0;
  }

  below(limit: number): number {
    this.#state = (Math.imul(this.#state ^ (this.#state >>> 15), 2246822519) + 3266489917) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}

/** Damages bytes: flipped bits, cut ends, doubled or removed stretches, varints blown up. */
export function damageBytes(bytes: Uint8Array, dice: Dice): Uint8Array {
  let result = Buffer.from(bytes);
  for (let step = dice.below(4); step >= 0 && result.length > 0; step--) {
    const at = dice.below(result.length);
    const length = 1 + dice.below(Math.min(16, result.length - at));
    switch (dice.below(6)) {
      case 0:
        result[at] = (result[at] as number) ^ (1 << dice.below(8));
        break;
      case 1:
        result = result.subarray(0, at);
        break;
      case 2:
        result = Buffer.concat([result.subarray(0, at + length), result.subarray(at)]);
        break;
      case 3:
        result = Buffer.concat([result.subarray(0, at), result.subarray(at + length)]);
        break;
      case 4: // lengths of two gigabytes and more
        result.fill(0xff, at, Math.min(result.length, at + 1 + dice.below(9)));
        break;
      default:
        result[at] = dice.below(256);
    }
  }
  return result;
}

const hostileNumbers = [
  -1,
  0,
  1,
  2,
  3,
  7,
  8,
  255,
  4096,
  4097,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 53,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  -0.5,
];
const hostileNames = [
  '',
  'data',
  'c1',
  'r1',
  'flat',
  '__proto__',
  'constructor',
  'toString',
  '\u0000',
  'x'.repeat(5000),
];

/** Changes a few places of a message's plain object: numbers, names, lists, missing parts. The input is not changed. */
export function damageObject(object: Record<string, unknown>, dice: Dice): Record<string, unknown> {
  const copy = structuredClone(object);
  for (let step = dice.below(3); step >= 0; step--) damageOnce(copy, dice);
  return copy;
}

function damageOnce(root: Record<string, unknown>, dice: Dice): void {
  let node: Record<string, unknown> | unknown[] = root;
  for (;;) {
    const keys = Object.keys(node);
    if (keys.length === 0) return;
    const key = dice.pick(keys) as keyof typeof node;
    const value = node[key] as unknown;
    const inner = typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);
    if (inner && dice.below(8) > 0) {
      node = value as Record<string, unknown>;
      continue;
    }
    if (inner && !Array.isArray(value)) {
      if (Array.isArray(node)) node.splice(Number(key), 1);
      else delete (node as Record<string, unknown>)[key as string];
      return;
    }
    (node as Record<string, unknown>)[key as string] = hostile(value, node, dice);
    return;
  }
}

function hostile(value: unknown, siblings: object, dice: Dice): unknown {
  if (Array.isArray(value)) {
    switch (dice.below(4)) {
      case 0:
        return [];
      case 1:
        return [...value, ...value];
      case 2:
        return [...value].reverse();
      default:
        return value.slice(1);
    }
  }
  if (typeof value === 'number') return dice.pick(hostileNumbers);
  if (typeof value === 'string')
    return dice.below(2) === 0 ? dice.pick(hostileNames) : anotherName(value, siblings, dice);
  if (ArrayBuffer.isView(value)) return damageBytes(value as Uint8Array, dice);
  return value;
}

function anotherName(value: string, siblings: object, dice: Dice): string {
  const names = Object.values(siblings).filter((other): other is string => typeof other === 'string');
  return names.length > 0 ? dice.pick(names) : value;
}

const words = [
  'layer {',
  '}',
  '{',
  'bottom: "data"',
  'top: "c1"',
  'num_output: 4294967295',
  'pad: -1',
  'dim: 9999999999',
  '"',
  '#',
  'name:',
  '\u0000',
  'kernel_size: 0',
  'input: "data"',
  '\\x',
  '<',
  '[',
  'type: "Concat"',
];

/** Damages text by lines and by words of the language. */
export function damageText(text: string, dice: Dice): string {
  const lines = text.split('\n');
  for (let step = dice.below(4); step >= 0; step--) {
    const at = dice.below(lines.length);
    switch (dice.below(4)) {
      case 0:
        lines.splice(at, 1);
        break;
      case 1:
        lines.splice(at, 0, dice.pick(words));
        break;
      case 2:
        lines.splice(at, 0, dice.pick(lines));
        break;
      default:
        lines[at] = (lines[at] ?? '').slice(0, dice.below(40)) + dice.pick(words);
    }
  }
  return lines.join('\n');
}
