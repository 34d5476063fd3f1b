import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const CUDA_FOLDER = '--xla_gpu_cuda_data_dir';
const YNN_FUSIONS = '--xla_cpu_experimental_ynn_fusion_type';
/** Products by themselves: with them eight prompts are decoded in little more than half of the time. */
const SAFE_FUSIONS = 'LIBRARY_FUSION_TYPE_INDIVIDUAL_DOT';

/**
 * What XLA_FLAGS should be, undefined when nothing is to be set. What is set already is kept, and wins.
 *
 * - YNN takes over single products, nothing else: in 2.21 two threads that run the same XLA function for the first time at once write the same list of
 *   constants (EmitYnnSubgraph, for row sums and the like), and the process dies of it.
 * - With the folder of ptxas and libdevice, with which XLA compiles for GPUs, where they lie beside the library as in a Python
 *   installation (`nvidia/cuda_nvcc`).
 *
 * @param library its main file and its version; XLA ends the process over a flag that it does not know
 */
export function xlaFlags(
  library: { main: string; version: string },
  flags = process.env['XLA_FLAGS'] ?? '',
): string | undefined {
  const added: string[] = [];
  if (library.version.startsWith('2.21.') && !flags.includes(YNN_FUSIONS))
    added.push(`${YNN_FUSIONS}=${SAFE_FUSIONS}`);
  const toolkit = join(dirname(library.main), '..', 'nvidia', 'cuda_nvcc');
  // XLA splits the flags at spaces; it looks there by itself too, so a folder with a space is left to that.
  const found = !/\s/.test(toolkit) && existsSync(join(toolkit, 'nvvm', 'libdevice'));
  if (found && !flags.includes(CUDA_FOLDER)) added.push(`${CUDA_FOLDER}=${toolkit}`);
  return added.length > 0 ? [flags, ...added].join(' ').trim() : undefined;
}
