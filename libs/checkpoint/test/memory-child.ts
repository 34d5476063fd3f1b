import { openStorage } from '@ovis/storage';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CheckpointReader, saveCheckpoint, type HostTensors } from '../src/index.ts';
import { state } from './samples.ts';

/* Prints by how much the memory of a process grows while it loads a checkpoint of 200 MB into arrays of its own. */

const COUNT = 5;
const SIDE = 10_000_000;
const directory = mkdtempSync(join(tmpdir(), 'ovis-memory-'));
try {
  const storage = openStorage(pathToFileURL(directory).href);
  for (let i = 0; i < COUNT; i++) await save(i);
  (globalThis as { gc?: () => void }).gc?.();
  const targets = Array.from({ length: COUNT }, () => new Float32Array(SIDE));
  const before = resident('VmRSS');
  writeFileSync('/proc/self/clear_refs', '5');
  for (const [i, target] of targets.entries()) {
    const reader = (await CheckpointReader.open(storage, '', `stage1-step00000${i}`))!;
    await reader.read([{ name: 'llm.a', target }]);
  }
  if (targets.some((target, i) => target[SIDE - 1] !== i)) throw new Error('wrong values');
  const peakExtraBytes = resident('VmHWM') - before;
  process.stdout.write(JSON.stringify({ checkpointBytes: COUNT * SIDE * 4, peakExtraBytes }));

  async function save(i: number): Promise<void> {
    const tensors: HostTensors = {
      'llm.a': { dtype: 'F32', shape: [SIDE], data: new Float32Array(SIDE).fill(i) },
    };
    await saveCheckpoint(storage, '', {
      id: `stage1-step00000${i}`,
      parts: { llm: tensors },
      state: state(i),
    });
  }
} finally {
  rmSync(directory, { recursive: true });
}

function resident(field: string): number {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(line?.[1]) * 1024;
}
