import { initEngine } from '@ovis/tensorflow';
import { demoTrainer } from './ovis-demo.ts';
import { writeExchange } from './ovis-files.ts';

/* Writes a stage's model and batch for PyTorch. Arguments: the case's name (ovis-stage1 ...) and the folder. */

const [name = '', folder = ''] = process.argv.slice(2);
await initEngine({ backend: 'libtensorflow' });
const { trainer, batch: shards, config } = await demoTrainer(name, 1);
const batch = shards[0]!;
const { learningRate, beta1, beta2, epsilon, weightDecay, clipNorm } = trainer.settings;
await writeExchange(
  folder,
  {
    ...trainer.params,
    'batch.pixels': batch.pixelValues,
    'batch.ids': batch.inputIds,
    'batch.visualRow': batch.visualRow,
    'batch.rows': batch.lossRows,
    'batch.labels': batch.lossLabels,
  },
  {
    config,
    trained: trainer.trained,
    settings: { learningRate, beta1, beta2, epsilon, weightDecay, clipNorm },
  },
);
