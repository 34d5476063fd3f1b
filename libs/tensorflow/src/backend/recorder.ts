import type { tf } from '../tf.ts';
import type { OpAttr } from '../binding/attributes.ts';
import type { TensorEntry } from './tensor-data.ts';

/** Receives the operations of a function that is being traced, in place of the native library. */
export interface Recorder {
  /** The function will be compiled by XLA, which knows fewer operations. */
  readonly xla: boolean;
  execute(name: string, attrs: readonly OpAttr[], inputs: TraceInput[], outputCount: number): TraceOutput[];
  /** `tensor`, available only after `after`. */
  barrier(tensor: TraceInput, after: TraceInput[]): TraceOutput;
  /** `variable.assign(value)` inside the function. */
  assign(variable: tf.Variable, value: tf.Tensor): void;
  /** An operation that updates variables in place: `type(...variables, ...inputs)`. */
  update(
    type: string,
    attrs: readonly OpAttr[],
    variables: readonly tf.Variable[],
    inputs: readonly TraceInput[],
  ): void;
  /** `emit(tensor)`: given out while the function still runs. */
  emit(tensor: TraceInput): void;
  /** Called when fn asks for the values of a tensor that has none. Never returns. */
  dataRead(dataId: object, entry: TensorEntry): never;
}
export interface TraceInput {
  dataId: object;
  entry: TensorEntry;
}
export interface TraceOutput {
  dataId: object;
  shape: number[];
  dtype: number;
}
