import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BenchState } from '../models/checkpoint.ts';
import { serve } from '../worker.ts';

/* The same save as in checkpoint.ts, waited for until it is on disk. */

serve((setup) => {
  const directory = mkdtempSync(join(tmpdir(), 'ovis-bench-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  const url = pathToFileURL(join(directory, 'checkpoints')).href;
  const state = new BenchState(setup['bytes'] as number, url, process.env);
  const checkpointer = state.checkpointer();
  return Promise.resolve({
    async iterate() {
      await state.save(checkpointer);
      await checkpointer.drain();
      return state.check;
    },
    settle: () => state.remove(),
  });
});
