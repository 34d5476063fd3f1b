import { barrier, type tf, toFloat32 } from '@ovis/tensorflow';
import { ParameterError } from './errors.ts';

/** Tensors by official Hugging Face name, torch layouts: float32, or for inference bfloat16 (matrices; see {@link asFloat32}). */
export type Params = Record<string, tf.Tensor>;

/**
 * Takes intermediate results out of a forward pass (golden specs, monitors). Called with names such as
 * `vit.hidden_states.2`; the tensor is only valid inside the surrounding tidy.
 */
export type Tap = (name: string, value: tf.Tensor) => void;

/**
 * A float32 tensor is itself. A weight that is held as bfloat16 becomes float32, exactly, where it is used: inside `compile` not before
 * `after` is there, so that never all of them exist twice.
 */
export function asFloat32(weight: tf.Tensor, after?: tf.Tensor): tf.Tensor {
  if (weight.dtype === 'float32') return weight;
  return toFloat32(after ? notBefore(weight, after) : weight);
}

/** The same tensor; inside `compile` nothing is computed from it before `after` is there. */
export function notBefore(weight: tf.Tensor, after: tf.Tensor): tf.Tensor {
  return barrier([weight], [after])[0]!;
}

/** Access to the parameters below one prefix, with an error that names a missing one. */
export class ParamScope {
  private readonly params: Params;
  private readonly prefix: string;
  private readonly use: (weight: tf.Tensor) => tf.Tensor;

  constructor(params: Params, prefix: string, use: (weight: tf.Tensor) => tf.Tensor = asFloat32) {
    this.params = params;
    this.prefix = prefix;
    this.use = use;
  }

  /** As float32. */
  get(name: string): tf.Tensor {
    return this.use(this.held(name));
  }

  /** As it is held. */
  held(name: string): tf.Tensor {
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
    const tensor = this.params[this.prefix + name];
    return tensor && this.use(tensor);
  }

  /** The same scope, whose weights become float32 only when `x` is there. */
  after(x: tf.Tensor): ParamScope {
    return new ParamScope(this.params, this.prefix, (weight) => asFloat32(weight, x));
  }

  /** The same scope, whose weights are as they are held. */
  asHeld(): ParamScope {
    return new ParamScope(this.params, this.prefix, (weight) => weight);
  }

  /** All parameters below this prefix, by the rest of their names. */
  below(): Params {
    const own = Object.entries(this.params).filter(([name]) => name.startsWith(this.prefix));
    return Object.fromEntries(own.map(([name, tensor]) => [name.slice(this.prefix.length), tensor]));
  }

  scope(name: string): ParamScope {
    return new ParamScope(this.params, `${this.prefix}${name}`, this.use);
  }
}
