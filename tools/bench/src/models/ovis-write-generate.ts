import { initEngine, tf } from '@ovis/tensorflow';
import { demoModelConfig, demoParams, demoRun } from './ovis-demo.ts';
import { writeExchange } from './ovis-files.ts';
import { demoPrompts, NEW_TOKENS } from './ovis-prompts.ts';

/* Writes the demo's model and prompts for PyTorch. Arguments: the case's name, the folder, the number of prompts. */

const [, folder = '', count = ''] = process.argv.slice(2);
await initEngine({ backend: 'libtensorflow' });
const run = await demoRun();
const config = await demoModelConfig(run);
const prompts = demoPrompts(config, run.seed, Number(count));
await writeExchange(
  folder,
  {
    ...(await demoParams(run, config)),
    'batch.pixels': tf.concat(prompts.map(({ pixelValues }) => pixelValues)),
    // The picture's placeholder is always first.
    'batch.ids': tf.tensor2d(
      prompts.map(({ inputIds }) => inputIds.slice(1)),
      undefined,
      'int32',
    ),
  },
  { config, newTokens: NEW_TOKENS },
);
