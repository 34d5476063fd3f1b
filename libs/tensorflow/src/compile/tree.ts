import { tf } from '../tf.ts';
import { EngineError } from '../errors.ts';

/** Tensors nested in arrays and plain objects. */
export type TensorTree = tf.Tensor | TensorTree[] | { [key: string]: TensorTree };

/** A value with its tensors taken out: `rebuild` puts others in their places. */
export interface FlatTree {
  tensors: tf.Tensor[];
  /** Structure, shapes, dtypes and static leaves as text: equal keys mean the same trace serves. */
  key: string;
  rebuild(tensors: readonly tf.Tensor[]): unknown;
}

/**
 * Flattens nested arrays and plain objects. Numbers, strings, booleans and null are static: they are part of the key.
 * Variables are static too (captured by reference, so that they can be assigned).
 */
export function flatten(value: unknown, what: string): FlatTree {
  const tensors: tf.Tensor[] = [];
  const key: string[] = [];
  const build = walk(value, what, tensors, key);
  return { tensors, key: key.join(''), rebuild: (others) => build(others) };
}

type Build = (tensors: readonly tf.Tensor[]) => unknown;

function walk(value: unknown, path: string, tensors: tf.Tensor[], key: string[]): Build {
  if (value instanceof tf.Variable) {
    key.push(`v${value.id};`);
    return () => value;
  }
  if (value instanceof tf.Tensor) {
    const index = tensors.push(value) - 1;
    key.push(`${value.dtype}[${value.shape.join()}];`);
    return (others) => others[index];
  }
  if (Array.isArray(value)) {
    key.push('[');
    const items = value.map((item, i) => walk(item, `${path}[${i}]`, tensors, key));
    key.push(']');
    return (others) => items.map((item) => item(others));
  }
  if (isPlainObject(value)) {
    key.push('{');
    const fields = Object.keys(value).map((name) => {
      key.push(JSON.stringify(name), ':');
      return [name, walk(value[name], `${path}.${name}`, tensors, key)] as const;
    });
    key.push('}');
    return (others) => Object.fromEntries(fields.map(([name, build]) => [name, build(others)]));
  }
  const type = typeof value;
  if (value === null || value === undefined || type === 'number' || type === 'string' || type === 'boolean') {
    key.push(type === 'number' ? String(value) : (JSON.stringify(value) ?? 'undefined'), ';');
    return () => value;
  }
  const found = value instanceof Promise ? 'a promise' : type === 'object' ? 'a class instance' : `a ${type}`;
  throw new EngineError(
    value instanceof Promise ? 'TRACE_ASYNC' : 'BAD_ARGUMENT',
    `${path} is ${found}: compiled functions take and return tensors, nested in arrays and plain objects, and plain values.`,
    value instanceof Promise
      ? 'Make the compiled function synchronous; await around it.'
      : 'Convert typed arrays with tf.tensor; read other data from the closure.',
  );
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
