import { CUDA_PLATFORM } from './cuda-pins.ts';
import type { CudaPlan } from './cuda.ts';
import { formatBytes } from './format.ts';
import { platformKey } from './pins.ts';

/** What `ovis setup --cuda --dry-run` prints: a line per wheel, then sums, room on the disk and the driver. */
export function describeCudaPlan(
  plan: CudaPlan & { driver: { found: boolean; says: string }; free: number },
  platform = platformKey(),
): string {
  const width = Math.max(...plan.wheels.map((wheel) => wheel.requirement.length));
  const lines = plan.wheels.map(({ requirement, bytes, unpackedBytes, present }) =>
    [
      `  ${requirement.padEnd(width)}`,
      formatBytes(bytes).padStart(8),
      `${formatBytes(unpackedBytes).padStart(8)} unpacked`,
      ...(present ? ['in the cache'] : []),
    ].join('  '),
  );
  const missing = plan.wheels.filter((wheel) => !wheel.present).length;
  const sums = plan.present
    ? `Everything is in the cache: ${plan.directory}`
    : `To fetch by pip: ${missing} wheels, ${formatBytes(plan.fetchBytes)}, into ${plan.directory} (${formatBytes(plan.unpackedBytes)} when it is whole)`;
  const room = plan.free < plan.diskBytes ? 'NOT ENOUGH' : 'enough';
  return [
    `The CUDA build of libtensorflow, ${plan.version}:`,
    ...lines,
    sums,
    ...(plan.present
      ? []
      : [`Disk: ${formatBytes(plan.diskBytes)} needed meanwhile, ${formatBytes(plan.free)} free: ${room}`]),
    `Driver: ${plan.driver.found ? plan.driver.says : `none that works (${plan.driver.says}): --force is needed`}`,
    ...(platform === CUDA_PLATFORM ? [] : [`Platform: there is no CUDA build for ${platform}`]),
    'Nothing was fetched.',
  ].join('\n');
}
