import { tensorView, tf } from '@ovis/tensorflow';
import type { Collective, GradientCompression } from './collective.ts';
import { TAIL } from './flat-layout.ts';
import type { FlatLayout } from './flat-layout.ts';

/** Whether arrays of tensorView are the tensors' own memory: yes on CPUs. The same for all tensors of a process. */
let viewsAreMemory: boolean | undefined;

/**
 * Sums a gradient buffer `[layout.sizeWithTail]` over the ranks, together with their wishes to stop. On a CPU the collective works
 * in TensorFlow's own memory. Takes the tensor over.
 */
export async function reduceGradients(
  gradients: tf.Tensor1D,
  layout: FlatLayout,
  collective: Collective,
  { requestStop, compression }: { requestStop: boolean; compression: GradientCompression },
): Promise<tf.Tensor1D> {
  const buffer = tensorView(gradients) as Float32Array;
  viewsAreMemory ??= viewIsMemory(gradients, buffer);
  buffer[layout.size + TAIL.stop] = requestStop ? 1 : 0;
  if (compression === 'none') await collective.allReduce(buffer, { tag: 'gradients' });
  else {
    // The counts behind the gradients stay exact.
    const sums = collective.allReduce(buffer.subarray(0, layout.size), { compression, tag: 'gradients' });
    await Promise.all([sums, collective.allReduce(buffer.subarray(layout.size), { tag: 'counts' })]);
  }
  if (viewsAreMemory) return gradients;
  gradients.dispose();
  return tf.tensor1d(buffer);
}

/** Whether writing to a tensor's view writes to the tensor. Asked of a buffer whose last float is free. */
function viewIsMemory(tensor: tf.Tensor, view: Float32Array): boolean {
  const last = view.length - 1;
  view[last] = 1;
  const shared = tensorView(tensor)[last] === 1;
  view[last] = 0;
  return shared;
}
