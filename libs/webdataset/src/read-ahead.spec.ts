import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { collect } from '../test/sources.ts';
import { ReadAhead } from './read-ahead.ts';

describe('ReadAhead', () => {
  it('reads ahead, but not more than allowed', async () => {
    let produced = 0;
    const ahead = new ReadAhead(async () => {
      return (async function* () {
        for (; produced < 20; produced++) yield Uint8Array.of(produced, 0, 0, 0);
      })();
    }, 12);
    await sleep(20);
    expect(produced).toBe(2); // the third chunk of four bytes is being handed over
    const got = await collect(ahead);
    expect(got.map((chunk) => chunk[0])).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('gives the bytes before an error, then the error', async () => {
    const ahead = new ReadAhead(async () => {
      return (async function* () {
        yield Uint8Array.of(1);
        throw new Error('broken');
      })();
    }, 100);
    await sleep(5);
    const got: Uint8Array[] = [];
    const read = (async () => {
      for await (const chunk of ahead) got.push(chunk);
    })();
    await expect(read).rejects.toThrow('broken');
    expect(got).toHaveLength(1);
  });

  it('closes the source when the reader leaves', async () => {
    let closed = false;
    const ahead = new ReadAhead(async () => {
      return (async function* () {
        try {
          for (;;) yield new Uint8Array(10);
        } finally {
          closed = true;
        }
      })();
    }, 30);
    for await (const chunk of ahead) if (chunk.length > 0) break;
    await sleep(5);
    expect(closed).toBe(true);
  });
});
