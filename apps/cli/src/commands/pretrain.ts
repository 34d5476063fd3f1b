import type { Command } from 'commander';
import { availableParallelism } from 'node:os';
import { BACKBONES } from '../demo/backbones.ts';
import { duration } from '../format.ts';
import { CliError } from '../errors.ts';

/** Progress lines come at most this often, in s. */
const EVERY = 15;

/** `ovis pretrain`: makes the demo's backbones. */
export function addPretrain(program: Command): void {
  program
    .command('pretrain')
    .description("make the demo's backbones: the ViT by contrast of pictures and names, the LLM on the texts")
    .option('--out <folder>', 'where to write vit/ and llm/', BACKBONES)
    .option('--only <part>', 'vit or llm')
    .option('--scale <part>', "part of the recipe's steps", '1')
    .option('--threads <n>', 'engine threads', String(availableParallelism()))
    .action(async (o: { out: string; only?: string; scale: string; threads: string }) => {
      if (o.only !== undefined && o.only !== 'vit' && o.only !== 'llm')
        throw new CliError('USAGE', `--only is '${o.only}'`, 'use --only vit or --only llm');
      const [{ initEngine }, { pretrainBackbones }] = await Promise.all([
        import('@ovis/tensorflow'),
        import('@ovis/pretrain'),
      ]);
      await initEngine({ intraOpThreads: Number(o.threads), interOpThreads: 1 });
      let said = -Infinity;
      const report = await pretrainBackbones({
        out: o.out,
        only: o.only,
        scale: Number(o.scale),
        onProgress: ({ part, step, steps, loss, seconds }) => {
          if (step < steps && seconds - said < EVERY && step > 1) return;
          said = step === steps ? -Infinity : seconds;
          const eta = duration((seconds / step) * (steps - step));
          console.log(`${part}  step ${step}/${steps}  loss ${loss.toFixed(3)}  ETA ${eta}`);
        },
      });
      if (report.vitNearestNeighbour) {
        const { trained, drawings } = report.vitNearestNeighbour;
        console.log(
          `vit  ${(trained * 100).toFixed(1)} % of the held-out artist's ${drawings} drawings lie nearest to a drawing of the same thing`,
        );
      }
      console.log(`written to ${o.out}`);
    });
}
