import { monitorDefaults } from '@ovis/training';
import { demoTrainer } from '../models/ovis-demo.ts';
import { serve, startEngine } from '../worker.ts';

/* The demo's step, with or without a look at the visual tokens in front of it. */

serve(async (setup) => {
  await startEngine(setup, { intraOpThreads: 1 });
  const monitor = setup.variant === 'without' ? undefined : { ...monitorDefaults, every: 1, warmupRatio: 1 };
  const { trainer, batch } = await demoTrainer(String(setup['case']), setup.threads, { monitor });
  let looks = 0;
  return {
    info: {},
    iterate: async () => {
      const { loss, statistics } = await trainer.step([batch]);
      if (statistics) looks++;
      if (monitor && looks === 0) throw new Error('nothing was looked at');
      return loss;
    },
  };
});
