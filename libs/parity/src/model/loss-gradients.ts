import { ovisLoss, parameterShapes, type MergedBatch, type OvisConfig, type Params } from '@ovis/model';
import { tf } from '@ovis/tensorflow';
import type { CaseTensors } from '../case/files.ts';

/** Gradients of a batch's mean loss for all parameters, official names; zeros where the loss does not reach one. */
export function lossGradients(config: OvisConfig, params: Params, batch: MergedBatch): CaseTensors {
  const names = Object.keys(parameterShapes(config));
  const result: CaseTensors = {};
  tf.tidy(() => {
    const { grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
      const given = Object.fromEntries(names.map((name, i) => [name, tensors[i] as tf.Tensor]));
      const { lossSum, tokens } = ovisLoss(config, given, batch);
      // Nothing times every parameter: those that the loss does not reach have a gradient of zeros then.
      const nothing = tf.mul(tf.addN(tensors.map((tensor) => tf.sum(tensor))), 0);
      return tf.add(tf.div(lossSum, tokens), nothing);
    })(names.map((name) => params[name] as tf.Tensor));
    names.forEach((name, i) => {
      result[name] = { shape: params[name]!.shape, data: grads[i]!.dataSync().slice() as Float32Array };
    });
  });
  return result;
}

/** The sum of records of gradients, entry by entry. */
export function addGradients(all: readonly CaseTensors[]): CaseTensors {
  const [first = {}, ...rest] = all;
  return Object.fromEntries(
    Object.entries(first).map(([name, { shape, data }]) => {
      const sum = Float32Array.from(data);
      for (const other of rest) other[name]!.data.forEach((value, i) => (sum[i]! += value));
      return [name, { shape, data: sum }];
    }),
  );
}
