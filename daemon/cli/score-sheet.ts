/** Accuracy over labelled pictures. A picture without an answer counts as wrong. */
export class ScoreSheet {
  readonly #labels: readonly string[];
  readonly #classes: { images: number; top1: number; top5: number }[];
  /** Row: true class, column: answer. */
  readonly #confusion: Uint32Array;
  #unreadable = 0;

  constructor(labels: readonly string[]) {
    this.#labels = labels;
    this.#classes = labels.map(() => ({ images: 0, top1: 0, top5: 0 }));
    this.#confusion = new Uint32Array(labels.length * labels.length);
  }

  /** `best` holds up to five class indices, most probable first; undefined for a picture that could not be read. */
  add(truth: number, best: readonly number[] | undefined): void {
    const entry = this.#classes[truth];
    if (entry === undefined) throw new RangeError(`no class ${truth}`);
    entry.images += 1;
    if (best === undefined) {
      this.#unreadable += 1;
      return;
    }
    if (best[0] === truth) entry.top1 += 1;
    if (best.slice(0, 5).includes(truth)) entry.top5 += 1;
    const cell = truth * this.#labels.length + (best[0] ?? 0);
    this.#confusion[cell] = (this.#confusion[cell] ?? 0) + 1;
  }

  /** Fractions from 0 to 1; classes without pictures are left out of `perClass`. */
  summary() {
    const images = this.#sum('images');
    const fraction = (part: number, whole: number) => (whole === 0 ? 0 : Math.round((part / whole) * 1e6) / 1e6);
    const perClass = this.#classes.flatMap((entry, index) => {
      if (entry.images === 0) return [];
      const { images: count, top1, top5 } = entry;
      const label = this.#labels[index] ?? '';
      return [{ index, label, images: count, top1: fraction(top1, count), top5: fraction(top5, count) }];
    });
    return {
      images,
      unreadable: this.#unreadable,
      top1: fraction(this.#sum('top1'), images),
      top5: fraction(this.#sum('top5'), images),
      perClass,
    };
  }

  /** One row a true class, one column an answer. */
  confusion(): number[][] {
    const size = this.#labels.length;
    return this.#labels.map((_, row) => [...this.#confusion.subarray(row * size, (row + 1) * size)]);
  }

  #sum(what: 'images' | 'top1' | 'top5'): number {
    return this.#classes.reduce((total, entry) => total + entry[what], 0);
  }
}
