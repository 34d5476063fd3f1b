import { openStorage } from '@ovis/storage';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { CheckpointReader, openCheckpoint, readStored, useCheckpoint } from '../src/index.ts';
import { fakeGang, fakeState, prints } from './fake-gang.ts';

const directory = await mkdtemp(join(tmpdir(), 'ovis-reader-'));
afterAll(() => rm(directory, { recursive: true, force: true }));
let runs = 0;

/** A checkpoint of step 10 (and of 5, before it) by so many ranks. */
async function written(world: number, o: { steps?: number[]; maxFileBytes?: number } = {}) {
  const url = pathToFileURL(join(directory, `run${runs++}`)).href;
  const state = fakeState({ world, sharded: world > 1, stage: 3 });
  const options = { chunkBytes: 65_536, maxFileBytes: o.maxFileBytes };
  const gang = fakeGang({ url, world, attempt: 'a', state, options });
  for (const step of o.steps ?? [10]) {
    await gang.save(step, { stage: 3 });
    await gang.drain();
  }
  await gang.close();
  const storage = openStorage(url);
  const reader = (await CheckpointReader.open(storage, '', 'stage3-step000010'))!;
  return { url, storage, state, reader };
}

async function damage(
  { reader, storage }: Awaited<ReturnType<typeof written>>,
  name: string,
  change: (bytes: Uint8Array) => Uint8Array,
): Promise<void> {
  const { key } = reader.manifest.files[name]!;
  await storage.put(key, change(await storage.get(key)));
}
const flipAt = (at: number) => (bytes: Uint8Array) => {
  bytes[at]! ^= 4;
  return bytes;
};

describe('CheckpointReader', () => {
  it.each([
    [1, 2],
    [2, 1],
    [2, 3],
    [3, 2],
    [3, 1],
  ])('moments that %i ranks wrote are read by %i, each its own ranges', async (from, to) => {
    const { reader, state } = await written(from);
    const all = state.valuesAt(10);
    for (const [name, { shape }] of reader.tensors) {
      const size = shape.reduce((a, b) => a * b, 1);
      const joined = new Float32Array(size);
      for (let rank = 0; rank < to; rank++) {
        const begin = Math.floor((size * rank) / to);
        const end = Math.floor((size * (rank + 1)) / to);
        await reader.read([{ name, begin, target: joined.subarray(begin, end) }]);
      }
      expect(Buffer.compare(Buffer.from(joined.buffer), Buffer.from(all[name]!.buffer)), name).toBe(0);
    }
    expect([...reader.tensors.keys()].sort()).toEqual(Object.keys(all).sort());
  });

  it('reads into the middle of the caller`s memory and nowhere else', async () => {
    const { reader, state } = await written(2);
    const flat = new Float32Array(60_000).fill(-1);
    const { 'llm.a': a, 'exp_avg.llm.b': b } = state.valuesAt(10);
    await reader.read([
      { name: 'llm.a', begin: 17, target: flat.subarray(100, 20_100) },
      { name: 'exp_avg.llm.b', begin: 5000, target: flat.subarray(30_001, 59_000) },
      { name: 'llm.b', begin: 3, target: flat.subarray(5, 5) },
    ]);
    expect(prints({ flat })).toEqual(
      prints({
        flat: Float32Array.from([
          ...new Array<number>(100).fill(-1),
          ...a!.subarray(17, 20_017),
          ...new Array<number>(9_901).fill(-1),
          ...b!.subarray(5000, 33_999),
          ...new Array<number>(1_000).fill(-1),
        ]),
      }),
    );
  });

  it('refuses what no tensor has', async () => {
    const { reader } = await written(1);
    const read = (name: string, begin: number, target: Float32Array | Uint16Array) =>
      reader.read([{ name, begin, target }]);
    await expect(read('llm.z', 0, new Float32Array(1))).rejects.toThrow("no tensor 'llm.z'");
    await expect(read('llm.a', 29_999, new Float32Array(2))).rejects.toThrow(RangeError);
    await expect(read('llm.a', 0, new Uint16Array(2))).rejects.toThrow(RangeError);
  });

  it('names the file and the bytes that are damaged, and reads the others', async () => {
    const one = await written(1);
    await damage(one, 'llm.safetensors', flipAt(200_000));
    const read = (name: string, begin = 0, length = 10) =>
      one.reader.read([{ name, begin, target: new Float32Array(length) }]);
    await expect(read('llm.b', 10_000, 30_000)).rejects.toMatchObject({
      code: 'CORRUPT',
      message: expect.stringMatching(/llm\.safetensors .* in bytes 196608 to 262144 /),
    });
    await read('llm.a');
    await read('vte.weight');
  });

  it('uses the checkpoint before when something is damaged, cut off or gone', async () => {
    for (const [name, change, why] of [
      ['llm.safetensors', flipAt(200_000), /CRC-32/],
      ['llm.safetensors', flipAt(20), /llm\.safetensors .*bytes 0 to/],
      [
        'optimizer.safetensors',
        (bytes: Uint8Array) => bytes.subarray(0, 100_000),
        /has 100000 bytes instead/,
      ],
      ['state.json', flipAt(3), /state\.json/],
    ] as const) {
      const one = await written(1, { steps: [5, 10] });
      await damage(one, name, change);
      const warnings: string[] = [];
      const found = await useCheckpoint(
        one.storage,
        '',
        'latest',
        async (reader) => ({
          step: reader.manifest.step,
          all: await reader.readTensors(reader.tensors.keys()),
        }),
        { onWarning: (text) => warnings.push(text) },
      );
      expect(found.step).toBe(5);
      expect(prints(Object.fromEntries(Object.entries(found.all).map(([n, { data }]) => [n, data])))).toEqual(
        prints(one.state.valuesAt(5)),
      );
      expect(warnings).toEqual([expect.stringMatching(why)]);
      expect(warnings[0]).toMatch(/falling back to 'stage3-step000005'/);
    }
  });

  it('reads what version 1 wrote', async () => {
    const one = await written(1);
    const { manifest } = one.reader;
    // Version 1 had no sums but the sha256 of each file.
    const files = Object.fromEntries(
      Object.entries(manifest.files).map(([name, { key, bytes, sha256 }]) => [name, { key, bytes, sha256 }]),
    );
    const { format, id, createdAt, stage, step, totalSteps, bytes, parts } = manifest;
    const old = { format, version: 1, id, createdAt, stage, step, totalSteps, bytes, parts, files };
    await one.storage.put(`${id}/manifest.json`, JSON.stringify(old));
    const reader = (await CheckpointReader.open(one.storage, '', id))!;
    const all = await reader.readTensors(reader.tensors.keys());
    expect(prints(Object.fromEntries(Object.entries(all).map(([n, { data }]) => [n, data])))).toEqual(
      prints(one.state.valuesAt(10)),
    );
    const { tensors } = await openCheckpoint(one.storage, '', id);
    const { data } = await readStored(tensors['llm.b']!);
    expect(prints({ data })).toEqual(prints({ data: one.state.valuesAt(10)['llm.b']! }));
    await damage(one, 'llm.safetensors', flipAt(200_000));
    await expect(reader.read([{ name: 'llm.a', target: new Float32Array(1) }])).rejects.toMatchObject({
      code: 'CORRUPT',
      message: expect.stringContaining('sha256'),
    });
    const again = await openCheckpoint(one.storage, '', id);
    await expect(readStored(again.tensors['llm.a']!)).rejects.toMatchObject({ code: 'CORRUPT' });
  });

  it('parts can be opened alone', async () => {
    const { storage, reader } = await written(2);
    await storage.delete(reader.manifest.files['vit.safetensors']!.key);
    const { tensors, files } = await openCheckpoint(storage, '', 'latest', ['vte']);
    expect(Object.keys(tensors)).toEqual(['vte.weight']);
    expect(Object.keys(files)).toEqual(['config.json']);
  });

  it.skipIf(process.platform !== 'linux')('loads without a second copy in memory', () => {
    const child = fileURLToPath(new URL('./memory-child.ts', import.meta.url));
    const run = spawnSync(process.execPath, ['--expose-gc', '--import', 'tsx', child], { encoding: 'utf8' });
    const { checkpointBytes, peakExtraBytes } = JSON.parse(run.stdout || run.stderr) as Record<
      string,
      number
    >;
    expect(checkpointBytes).toBeGreaterThan(190e6);
    // The chunks that are under way, and what the process itself grows by.
    expect(peakExtraBytes! / checkpointBytes!).toBeLessThan(1.35);
  });
});
