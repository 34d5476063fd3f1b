/**
 * Reads ahead of an iterator: while the consumer works on one value, up to `depth` further ones are being made. Order and
 * values are those of the source, one at a time; its error comes out where its value would.
 *
 * @param discard is given the values that were read ahead and never asked for
 */
export function prefetch<T>(
  source: AsyncIterator<T>,
  depth: number,
  discard: (value: T) => void,
): AsyncIterator<T> {
  const pending: Promise<IteratorResult<T>>[] = [];
  /** The source is asked for one value at a time, as hand-written iterators expect. */
  let tail: Promise<unknown> = Promise.resolve();
  let ended = false;

  function ask(): void {
    const next = tail.then(() =>
      ended ? ({ done: true, value: undefined } as IteratorResult<T>) : source.next(),
    );
    // Whoever awaits `next` meets the error; nobody else may take it for an unhandled one.
    tail = next.then(
      (result) => void (ended ||= result.done ?? false),
      () => void (ended = true),
    );
    pending.push(next);
  }

  return {
    async next(): Promise<IteratorResult<T>> {
      if (pending.length === 0) ask();
      const first = await pending.shift()!;
      while (!ended && pending.length < depth) ask();
      return first;
    },
    /** Lets the source clean up, once it has finished what it was asked for. */
    async return(): Promise<IteratorResult<T>> {
      ended = true;
      await tail;
      for (const result of await Promise.allSettled(pending.splice(0))) {
        if (result.status === 'fulfilled' && !result.value.done) discard(result.value.value);
      }
      await source.return?.();
      return { done: true, value: undefined };
    },
  };
}
