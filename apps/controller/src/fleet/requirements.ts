import type { TrainerRequirements } from '@ovis/config';
import type { Registration } from '@ovis/protocol';

/** Will this trainer do? */
export function meets(
  { device, memoryBytes, labels }: Registration,
  require: TrainerRequirements = {},
): boolean {
  if (require.device !== undefined && device?.kind !== require.device) return false;
  const memory = device?.memoryBytes || memoryBytes;
  if (require.memoryGb !== undefined && memory < require.memoryGb * 1e9) return false;
  return Object.entries(require.labels ?? {}).every(([name, value]) => labels[name] === value);
}

/** ` with gpu, 40 GB, zone=a`; empty when any trainer will do. */
export function describeRequirements(require: TrainerRequirements | undefined): string {
  const { device, memoryGb, labels = {} } = require ?? {};
  const parts = [
    ...(device === undefined ? [] : [device]),
    ...(memoryGb === undefined ? [] : [`${memoryGb} GB`]),
    ...Object.entries(labels).map(([name, value]) => `${name}=${value}`),
  ];
  return parts.length === 0 ? '' : ` with ${parts.join(', ')}`;
}
