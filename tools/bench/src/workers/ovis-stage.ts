import { demoTrainer } from '../models/ovis-demo.ts';
import { serve, startEngine } from '../worker.ts';

/*
 * One training step of the demo's Ovis with the StageTrainer that the demo's trainers use, and as they use it: every thread has a
 * shard of the micro-batch.
 */

serve(async (setup) => {
  const engine = await startEngine(setup, { intraOpThreads: 1 });
  const { trainer, batch } = await demoTrainer(String(setup['case']), setup.threads);
  return {
    info: { tensorflow: engine.version, trained: trainer.trainedSize },
    iterate: async () => (await trainer.step([batch])).loss,
  };
});
