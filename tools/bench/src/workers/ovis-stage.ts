import { demoTrainer } from '../models/ovis-demo.ts';
import { serve, startEngine } from '../worker.ts';

/* One training step of the demo's Ovis with the StageTrainer that the demo's trainers use. */

serve(async (setup) => {
  const engine = await startEngine(setup);
  const { trainer, batch } = await demoTrainer(String(setup['case']));
  return {
    info: { tensorflow: engine.version, trained: trainer.trainedSize },
    iterate: async () => (await trainer.step([batch])).loss,
  };
});
