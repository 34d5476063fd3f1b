import { tf } from '../tf.ts';
import type { MemoryUse } from '../backend/memory-account.ts';
import type { MachineMemory } from '../binding/machine-memory.ts';
import { machineMemory } from '../binding/machine-memory.ts';
import { nativeBackend } from './init-engine.ts';

/** Bytes that the engine holds, by what holds them, and what the process has. */
export interface MemoryReport {
  /** tf.Variables. */
  variables: MemoryUse;
  /** Other tensors. Tensors that share a buffer (reshapes, clones of variables) are counted each. */
  tensors: MemoryUse;
  /** Large constants of compiled functions. */
  constants: MemoryUse;
  /** Arrays of `tensorView` that keep a tensor's memory; not in the total, as the tensor counts already. */
  views: MemoryUse;
  total: number;
  /** The total by dtype. */
  byDtype: Partial<Record<string, number>>;
  process: MachineMemory & { rss: number };
}

/**
 * What memory is used for. Values that TensorFlow has not seen yet (`tf.tensor` before the first operation on it) lie in
 * JavaScript's heap and are not counted; nor are temporaries of running functions. On WASM all are `tensors`.
 */
export function memory(): MemoryReport {
  const backend = nativeBackend();
  const none = { count: 0, bytes: 0 };
  const process_ = { rss: process.memoryUsage.rss(), ...machineMemory() };
  const variables: MemoryUse = { ...none };
  if (!backend) {
    const { numBytes, numDataBuffers } = tf.memory();
    const tensors = { count: numDataBuffers, bytes: numBytes };
    return {
      ...{ variables, tensors, constants: none, views: none },
      ...{ total: numBytes, byDtype: {}, process: process_ },
    };
  }
  const { kinds, byDtype } = backend.account.report();
  // Variables that no compiled function has used are plain tensors to the backend.
  const seen = new Set<object>();
  for (const { dataId } of Object.values(tf.engine().registeredVariables)) {
    if (seen.has(dataId) || !backend.has(dataId)) continue;
    seen.add(dataId);
    const bytes = backend.plainBytes(dataId);
    if (bytes === undefined) continue;
    variables.count++;
    variables.bytes += bytes;
  }
  const tensors = {
    count: kinds.tensors.count - variables.count,
    bytes: kinds.tensors.bytes - variables.bytes,
  };
  variables.count += kinds.variables.count;
  variables.bytes += kinds.variables.bytes;
  const total = variables.bytes + tensors.bytes + kinds.constants.bytes;
  return {
    variables,
    tensors,
    constants: kinds.constants,
    views: kinds.views,
    total,
    byDtype,
    process: process_,
  };
}
