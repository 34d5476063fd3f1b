import { ATTR } from '../binding/attributes.ts';
import type { Binding } from '../binding/binding.ts';

let queueCount = 0;

/**
 * A TensorFlow queue of tensors between a running graph and this thread. It has no end, so that a graph never waits for room: what
 * nobody takes stays in it until it is closed.
 */
export class EmitQueue {
  /** TFE_TensorHandle of the queue. */
  readonly handle: number;
  readonly #native: Binding;
  readonly #dtype: number;

  constructor(native: Binding, dtype: number) {
    this.#native = native;
    this.#dtype = dtype;
    const attrs = [
      types('component_types', dtype),
      { name: 'capacity', type: ATTR.INT, value: -1 },
      { name: 'shared_name', type: ATTR.STRING, value: `ovis_emitted_${++queueCount}` },
    ];
    this.handle = native.executeOp('FIFOQueueV2', attrs, [], 1)[0]!.id;
  }

  /** Waits on another thread for the next tensor. @returns its handle @throws EngineError when the queue is closed */
  async take(): Promise<number> {
    const attrs = [types('component_types', this.#dtype)];
    const call = this.#native.prepareOperation('QueueDequeueV2', attrs, [this.handle], 1);
    return (await this.#native.runCall(call))[0]!;
  }

  /** Ends the queue: who waits in {@link take} gets an error, what is left in it is freed. */
  destroy(): void {
    const yes = (name: string) => ({ name, type: ATTR.BOOL, value: true });
    this.#native.executeOp('QueueCloseV2', [yes('cancel_pending_enqueues')], [this.handle], 0);
    this.#native.executeOp('DestroyResourceOp', [yes('ignore_lookup_error')], [this.handle], 0);
    this.#native.deleteTensor(this.handle);
  }
}

/** Queues that no call uses. TensorFlow remembers every queue it ever made, so they are used again. */
const idle = new WeakMap<Binding, Map<number, EmitQueue[]>>();

/** A queue for one call at a time. */
export function borrowQueue(native: Binding, dtype: number): EmitQueue {
  return idleQueues(native, dtype).pop() ?? new EmitQueue(native, dtype);
}

/** Gives back a queue that is empty and that nobody waits for. */
export function returnQueue(native: Binding, dtype: number, queue: EmitQueue): void {
  idleQueues(native, dtype).push(queue);
}

function idleQueues(native: Binding, dtype: number): EmitQueue[] {
  let byDtype = idle.get(native);
  if (!byDtype) idle.set(native, (byDtype = new Map<number, EmitQueue[]>()));
  let queues = byDtype.get(dtype);
  if (!queues) byDtype.set(dtype, (queues = []));
  return queues;
}

function types(name: string, dtype: number) {
  return { name, type: ATTR.TYPE_LIST, value: [dtype] };
}
