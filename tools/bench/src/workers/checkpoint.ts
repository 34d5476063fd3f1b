import { ensureBucket } from '@ovis/storage';
import { startS3Server } from '@ovis/storage/test/s3-server';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BenchState } from '../models/checkpoint.ts';
import { serve } from '../worker.ts';

/* Checkpoints of a state in host memory: written, read, and how long `save` keeps the training waiting. */

serve(async (setup) => {
  const { what, bytes } = setup as unknown as { what: string; bytes: number };
  let env: NodeJS.ProcessEnv = process.env;
  let url: string;
  if (what.startsWith('s3')) {
    const server = await startS3Server();
    if (server === undefined) throw new Error("there is no S3 server: 'ovis setup' fetches it");
    env = server.env;
    url = 's3://bench/checkpoints';
    await ensureBucket('s3://bench', env);
  } else {
    const directory = mkdtempSync(join(tmpdir(), 'ovis-bench-'));
    process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
    url = pathToFileURL(join(directory, 'checkpoints')).href;
  }
  const state = new BenchState(bytes, url, env);
  const checkpointer = state.checkpointer();
  const save = async (): Promise<number> => {
    await state.save(checkpointer);
    return state.check;
  };
  if (what.endsWith('read')) {
    await save();
    await checkpointer.drain();
    return { iterate: () => state.load() };
  }
  if (what === 'stall') return { iterate: save, settle: async () => void (await checkpointer.drain()) };
  return {
    async iterate() {
      const check = await save();
      await checkpointer.drain();
      return check;
    },
    settle: () => state.remove(),
  };
});
