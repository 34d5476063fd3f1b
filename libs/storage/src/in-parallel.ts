/**
 * Runs `work` for the indices 0 to `count` - 1, at most `limit` at a time. The first error ends it, once everything
 * that was begun has ended: nothing goes on behind the caller's back.
 */
export async function inParallel(
  limit: number,
  count: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    while (next < count && !failed) {
      await work(next++).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(limit, count) }, worker));
  const bad = ended.find((end) => end.status === 'rejected');
  if (bad?.status === 'rejected') throw bad.reason;
}
