import { cacheDirectory, prepareSmollm2, repoRoot, type TaskList } from '@ovis/bootstrap';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BACKBONES } from './backbones.ts';

/**
 * Makes the backbones of runs/smollm2-icons.yaml in the cache: the demo's ViT, and SmolLM2-135M-Instruct as a language model in
 * Hugging Face layout (270 MB in F16), from weights that are fetched if need be.
 * @returns the folder with `vit/` and `llm/`
 */
export async function smollm2Backbones(tasks: TaskList): Promise<string> {
  const { convertGguf } = await import('@ovis/pretrained');
  const gguf = await prepareSmollm2({ tasks });
  const folder = join(cacheDirectory(), 'backbones', 'smollm2-icons');
  await tasks.step('SmolLM2 backbones', async (task) => {
    await cp(join(repoRoot, BACKBONES, 'vit'), join(folder, 'vit'), { recursive: true });
    // Made anew each time, which takes two seconds: so it is never that of an older version.
    await rm(join(folder, 'llm'), { recursive: true, force: true });
    await convertGguf(gguf, join(folder, 'llm'), {
      dtype: 'F16',
      onProgress: (done, total) => task.progress(done, total, 'converting'),
    });
    task.result(folder);
  });
  return folder;
}
