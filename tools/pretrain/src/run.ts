import { initEngine } from '@ovis/tensorflow';
import { pretrainBackbones } from './index.ts';
const [out, only, scale, threads] = process.argv.slice(2);
await initEngine({ intraOpThreads: Number(threads ?? 2), interOpThreads: 1 });
let last = 0;
console.log(
  await pretrainBackbones({
    out: out!,
    only: only as 'vit',
    scale: Number(scale ?? 1),
    onProgress: (p) => {
      if (p.seconds - last > 20 || p.step === 1) {
        last = p.seconds;
        console.log(p.part, p.step, p.steps, p.loss.toFixed(3), p.seconds.toFixed(0) + 's');
      }
    },
  }),
);
