/**
 * Works on up to `width` items at once and yields their results in the items' order. `work` must not reject: an
 * item's failure is a result.
 */
export async function* inOrder<T, R>(
  items: Iterable<T>,
  width: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const running: Promise<R>[] = [];
  for (const item of items) {
    running.push(work(item));
    if (running.length >= width) yield (await running.shift()) as R;
  }
  for (const rest of running) yield await rest;
}
