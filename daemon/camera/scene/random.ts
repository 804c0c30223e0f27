/** Seeded random numbers: the same seed gives the same frames on every machine. */

/** sfc32 (Chris Doty-Humphrey, PractRand): 128 bits of state, 32-bit integer operations only. */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(seed: number, stream = 0) {
    this.a = seed | 0;
    this.b = Math.floor(seed / 0x1_0000_0000) | 0;
    this.c = stream | 0;
    for (let i = 0; i < 15; i++) this.uint32();
  }

  uint32(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** Uniform in [low, high). */
  range(low: number, high: number): number {
    return low + (this.uint32() / 0x1_0000_0000) * (high - low);
  }

  /** A whole number in [low, high]. */
  integer(low: number, high: number): number {
    return low + (this.uint32() % (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.range(0, 1) < probability;
  }

  pick<T>(from: readonly T[]): T {
    const chosen = from[this.integer(0, from.length - 1)];
    if (chosen === undefined) throw new RangeError('pick from an empty list');
    return chosen;
  }

  /** Mean 0, standard deviation 1: the sum of twelve uniform numbers, so that no libm is involved. */
  normal(): number {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += this.range(0, 1);
    return sum;
  }
}
