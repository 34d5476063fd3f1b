import { CUDA_MIN_CAPABILITY, CUDA_MIN_DRIVER } from '../setup/cuda-pins.ts';
import { compareVersions } from '../setup/find-program.ts';
import type { GpuReport } from '../setup/nvidia.ts';
import type { EngineReport } from './devices.ts';
import type { Problem } from './examine.ts';

export interface GpuFacts {
  report: GpuReport;
  engine: EngineReport;
  /** the library in use is a CUDA build */
  cudaBuild: boolean;
  /** the CUDA build exists for this platform */
  available: boolean;
  env: NodeJS.ProcessEnv;
}

/** What is wrong with the GPUs, their driver and libtensorflow's use of them; warnings, because the CPU computes as well. */
export function judgeGpus({ report, engine, cudaBuild, available, env }: GpuFacts): Problem[] {
  const problems: Problem[] = [];
  const warn = (what: string, fix: string) => problems.push({ level: 'warning', what, fix });
  const { gpus, problem } = report;
  if (problem) {
    warn(
      `nvidia-smi: ${problem}`,
      'reboot after a driver update; else load the driver (`sudo modprobe nvidia`) or install it again',
    );
  }
  const [first] = gpus;
  if (!first || engine.error || engine.gpu) return problems;
  if (!cudaBuild) {
    if (available) {
      const fix = env.LIBTENSORFLOW_PATH
        ? '`unset LIBTENSORFLOW_PATH`, or let it name a CUDA build; `npm run ovis -- setup --cuda` fetches one (3.3 GB)'
        : '`npm run ovis -- setup --cuda` (3.3 GB; `--dry-run` lists it)';
      warn(`${first.name} is here, but the library in use is built for CPUs`, fix);
    } else {
      warn(
        `${first.name} is here, but there is no CUDA build of TensorFlow for this platform`,
        'the CPU is used; on Windows run it inside WSL 2',
      );
    }
    return problems;
  }
  warn(
    [`${first.name} is here, but libtensorflow does not see it`, ...(engine.log ?? [])].join('\n    '),
    whyHidden(first, env),
  );
  return problems;
}

function whyHidden(gpu: GpuReport['gpus'][number], env: NodeJS.ProcessEnv): string {
  const hidden = env.CUDA_VISIBLE_DEVICES;
  if (hidden !== undefined && (hidden === '' || hidden.startsWith('-'))) {
    return `CUDA_VISIBLE_DEVICES="${hidden}" hides every GPU: \`unset CUDA_VISIBLE_DEVICES\``;
  }
  if (compareVersions(gpu.driver, CUDA_MIN_DRIVER) < 0) {
    return `driver ${gpu.driver} is too old for CUDA 12: install ${CUDA_MIN_DRIVER} or newer`;
  }
  if (gpu.capability && compareVersions(gpu.capability, CUDA_MIN_CAPABILITY) < 0) {
    return `its compute capability is ${gpu.capability}, TensorFlow needs ${CUDA_MIN_CAPABILITY} or newer: the CPU is used`;
  }
  const libraries = env.LD_LIBRARY_PATH ? '; `unset LD_LIBRARY_PATH` if it names other CUDA libraries' : '';
  return `see the lines above; a damaged cache is fetched again by \`npm run ovis -- setup --cuda\`${libraries}`;
}

/** A smoke step that failed: on a GPU with XLA only, it works in the other mode; else nothing can be trained. */
export function judgeSmoke(engine: EngineReport): Problem[] {
  const { smoke } = engine;
  return (smoke?.runs ?? [])
    .filter((run) => !run.ok)
    .map((run) => ({
      level: run.mode === 'xla' ? 'warning' : 'error',
      what: `smoke step (${run.mode}) on ${smoke?.device ?? 'the engine'}: ${run.error ?? 'failed'}`,
      fix: engine.gpu
        ? 'try the CPU: `CUDA_VISIBLE_DEVICES=-1 npm run ovis -- doctor`; if that works, the driver or the CUDA libraries are at fault'
        : 'remove the cached library and run `npm run ovis -- setup`',
    }));
}
