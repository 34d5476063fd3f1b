import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Whether an NVIDIA driver is loaded: its control device (there whichever GPUs a container may use), or WSL's device. */
export function hasNvidiaDriver(): boolean {
  return existsSync('/dev/nvidiactl') || existsSync('/dev/dxg');
}

const FLAG = '--xla_gpu_cuda_data_dir';

/**
 * XLA_FLAGS with the folder of ptxas and libdevice, with which XLA compiles for GPUs, where they lie beside the library as in a
 * Python installation (`nvidia/cuda_nvcc`).
 * @param main the library file
 * @param flags what is set already; it is kept, and it wins when it names a folder itself
 * @returns undefined when nothing is to be set
 */
export function xlaFlags(main: string, flags = process.env['XLA_FLAGS'] ?? ''): string | undefined {
  const toolkit = join(dirname(main), '..', 'nvidia', 'cuda_nvcc');
  // XLA splits the flags at spaces; it looks there by itself too, so a folder with a space is left to that.
  if (flags.includes(FLAG) || /\s/.test(toolkit) || !existsSync(join(toolkit, 'nvvm', 'libdevice')))
    return undefined;
  return `${flags} ${FLAG}=${toolkit}`.trim();
}
