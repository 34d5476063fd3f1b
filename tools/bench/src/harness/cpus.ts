/** Threads that each side may compute with. */
export const THREADS = 2;

/**
 * The command that confines a worker to some processors. Not done unless asked for: PyTorch's matrix
 * products have been seen to keep only one processor busy on some pairs of a virtual machine and not on others.
 * @param cpus a list as `taskset` takes it, such as "0,1"
 */
export function pinning(cpus: string | undefined): string[] {
  return cpus ? ['taskset', '-c', cpus] : [];
}
