import { generateGreedy } from '@ovis/model';
import { demoModelConfig, demoParams, demoRun } from '../models/ovis-demo.ts';
import { demoPrompts, idsCheck, NEW_TOKENS } from '../models/ovis-prompts.ts';
import { serve, startEngine } from '../worker.ts';

/* Greedy answers to a batch of prompts with pictures: the prefill and the steps behind it. */

serve(async (setup) => {
  const engine = await startEngine(setup);
  const run = await demoRun();
  const config = await demoModelConfig(run);
  const params = await demoParams(run, config);
  const prompts = demoPrompts(config, run.seed, Number(setup['batch']));
  return {
    info: { tensorflow: engine.version },
    iterate: async () =>
      // No token has the id -1, so every sequence gets its full length.
      idsCheck(await generateGreedy(config, params, prompts, { maxNewTokens: NEW_TOKENS, eosTokenId: -1 })),
  };
});
