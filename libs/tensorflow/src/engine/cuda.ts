import { existsSync } from 'node:fs';

/** Whether an NVIDIA driver is loaded: its control device (there whichever GPUs a container may use), or WSL's device. */
export function hasNvidiaDriver(): boolean {
  return existsSync('/dev/nvidiactl') || existsSync('/dev/dxg');
}
