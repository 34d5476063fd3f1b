import type { tf } from '@ovis/tensorflow';
import { ParameterError } from './errors.ts';

/** Tensors by official Hugging Face name, torch layouts. */
export type Params = Record<string, tf.Tensor>;

/**
 * Takes intermediate results out of a forward pass (golden specs, monitors). Called with names such as
 * `vit.hidden_states.2`; the tensor is only valid inside the surrounding tidy.
 */
export type Tap = (name: string, value: tf.Tensor) => void;

/** Access to the parameters below one prefix, with an error that names a missing one. */
export class ParamScope {
  private readonly params: Params;
  private readonly prefix: string;

  constructor(params: Params, prefix: string) {
    this.params = params;
    this.prefix = prefix;
  }

  get(name: string): tf.Tensor {
    const tensor = this.params[this.prefix + name];
    if (tensor === undefined) {
      throw new ParameterError(
        'BAD_PARAMETERS',
        `the model needs ${this.prefix}${name}, which is not among the ${Object.keys(this.params).length} parameters`,
        'Call checkParams(config, params) after loading.',
      );
    }
    return tensor;
  }

  optional(name: string): tf.Tensor | undefined {
    return this.params[this.prefix + name];
  }

  /** All parameters below this prefix, by the rest of their names. */
  below(): Params {
    const own = Object.entries(this.params).filter(([name]) => name.startsWith(this.prefix));
    return Object.fromEntries(own.map(([name, tensor]) => [name.slice(this.prefix.length), tensor]));
  }

  scope(name: string): ParamScope {
    return new ParamScope(this.params, `${this.prefix}${name}`);
  }
}
