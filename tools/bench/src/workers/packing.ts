import { packingWork } from '../models/packing.ts';
import { serve, startEngine } from '../worker.ts';

/* Optimizer steps on instruction-like lengths; the variant is the form of the batches. */

serve(async (setup) => {
  await startEngine(setup, { intraOpThreads: 1 });
  const { trainer, steps } = await packingWork(setup.variant, setup.threads);
  const positions = steps.flat(2).reduce((sum, { inputIds }) => sum + inputIds.size, 0);
  return {
    info: { positions, shapes: new Set(steps.flat(2).map(({ inputIds }) => inputIds.shape.join())).size },
    iterate: async () => {
      let loss = NaN;
      for (const batches of steps) ({ loss } = await trainer.step(batches));
      return loss;
    },
  };
});
