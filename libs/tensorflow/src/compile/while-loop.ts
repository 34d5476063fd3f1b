import { tf } from '../tf.ts';
import type { LibtensorflowBackend } from '../backend/backend.ts';
import { ATTR } from '../binding/binding.ts';
import { nativeBackend } from '../engine/init-engine.ts';
import { EngineError } from '../errors.ts';
import type { GraphValue } from './graph.ts';
import { Trace } from './trace.ts';
import type { FlatTree } from './tree.ts';
import { flatten } from './tree.ts';

export interface WhileLoop<S, C> {
  /** Shown in errors. */
  name: string;
  /** A boolean scalar: whether there is another round. */
  condition: (state: S, constants: C) => tf.Scalar;
  /** The next state, of the same structure, shapes and dtypes. */
  body: (state: S, constants: C) => S;
}

let loopCount = 0;

/**
 * `while (condition(state)) state = body(state)`. Inside `compile` one TensorFlow While operation: the loop runs without coming
 * back to JavaScript, however often it turns, and `condition` and `body` are traced once. XLA (mode `xla`) keeps the state in
 * place, so a body that writes a slice of a large tensor costs the slice (see {@link updateSlice}). Elsewhere a plain loop that
 * reads the condition's value each time.
 *
 * Not differentiable.
 * @param constants what both functions need and no round changes (tensors nested in arrays and objects, plain values); tensors
 *   from outside that are not among them are an error inside `compile`
 * @throws EngineError BAD_ARGUMENT when the state changes its structure or a shape, or a function uses other tensors from outside
 */
export function whileLoop<S, C>(loop: WhileLoop<S, C>, state: S, constants: C): S {
  const backend = nativeBackend();
  const recorder = backend?.recorder;
  if (!backend || !(recorder instanceof Trace)) return runPlain(loop, state, constants);
  const label = `'${loop.name}'`;
  const first = flatten(withoutVariables(state), `The state of ${label}`);
  const rest = flatten(withoutVariables(constants), `The constants of ${label}`);
  const inputs = [...first.tensors, ...rest.tensors];
  const unique = `ovis_${loop.name}_${++loopCount}`;
  const split = (tensors: readonly tf.Tensor[]): [S, C] => [
    first.rebuild(tensors) as S,
    rest.rebuild(tensors.slice(first.tensors.length)) as C,
  ];

  register(`${unique}_condition`, inputs, backend, recorder.xla, (tensors) => {
    const more = loop.condition(...split(tensors));
    if (more.dtype !== 'bool' || more.rank !== 0) throw notACondition(label, more);
    return [more];
  });
  register(`${unique}_body`, inputs, backend, recorder.xla, (tensors) => {
    const next = flatten(loop.body(...split(tensors)), `The next state of ${label}`);
    if (next.key !== first.key) throw changedState(label, first, next);
    return [...next.tensors, ...tensors.slice(first.tensors.length)];
  });

  const attrs = [
    { name: 'T', type: ATTR.TYPE_LIST, value: inputs.map((t) => backend.entry(t.dataId).dtype) },
    { name: 'cond', type: ATTR.FUNC, value: `${unique}_condition` },
    { name: 'body', type: ATTR.FUNC, value: `${unique}_body` },
  ];
  const traced = inputs.map(({ dataId }) => ({ dataId, entry: backend.entry(dataId) }));
  const made = recorder
    .execute('StatelessWhile', attrs, traced, inputs.length)
    .map(({ dataId, shape, dtype }) => backend.makeSymbolic(recorder, dataId, shape, dtype));
  return first.rebuild(made) as S;
}

/** The loop where tensors have values. Frees what a round leaves behind. */
function runPlain<S, C>(loop: WhileLoop<S, C>, state: S, constants: C): S {
  const given = new Set(flatten(state, `The state of '${loop.name}'`).tensors);
  let now = state;
  for (;;) {
    const more = tf.tidy(() => loop.condition(now, constants).dataSync()[0]);
    if (!more) return now;
    const next = tf.tidy(() => loop.body(now, constants) as tf.TensorContainer) as S;
    const kept = new Set(flatten(next, `The next state of '${loop.name}'`).tensors);
    for (const t of flatten(now, '').tensors) if (!given.has(t) && !kept.has(t)) t.dispose();
    now = next;
  }
}

/** Traces `fn` on symbols like `inputs` and makes it known to TensorFlow under `name`. */
function register(
  name: string,
  inputs: readonly tf.Tensor[],
  backend: LibtensorflowBackend,
  xla: boolean,
  fn: (tensors: tf.Tensor[]) => tf.Tensor[],
): void {
  const outer = backend.recorder;
  const inner = new Trace(name, backend, { xla });
  const engine = tf.engine();
  engine.startScope(name);
  backend.recorder = inner;
  try {
    const symbols = inputs.map((t) => inner.argument(t));
    const results = fn(symbols.map((s) => s.tensor));
    inner.check();
    const taken = new Set<GraphValue>();
    const outputs = results.map((t) => inner.output(t.dataId, taken));
    if (inner.captures.length > 0) throw captured(name);
    inner.graph.toFunction(
      name,
      symbols.map((s) => s.value),
      outputs,
      [],
      { xla: false },
    );
  } finally {
    backend.recorder = outer;
    inner.discardConstants([]);
    engine.endScope();
    inner.graph.dispose();
  }
}

/** A variable stands for its value here. */
function withoutVariables(tree: unknown): unknown {
  if (tree instanceof tf.Variable) return tf.clone(tree);
  if (Array.isArray(tree)) return tree.map(withoutVariables);
  if (tree === null || typeof tree !== 'object' || tree instanceof tf.Tensor) return tree;
  return Object.fromEntries(Object.entries(tree).map(([name, value]) => [name, withoutVariables(value)]));
}

function notACondition(label: string, more: tf.Tensor): EngineError {
  return new EngineError(
    'BAD_ARGUMENT',
    `The condition of the loop ${label} is ${more.dtype} [${more.shape.join(', ')}].`,
    'Return a boolean scalar, such as tf.less(step, end).',
  );
}

function changedState(label: string, before: FlatTree, after: FlatTree): EngineError {
  return new EngineError(
    'BAD_ARGUMENT',
    `The body of the loop ${label} returns ${after.key.slice(0, 200)} where its state is ${before.key.slice(0, 200)}.`,
    'Return the same structure, shapes and dtypes as the state has.',
  );
}

function captured(name: string): EngineError {
  return new EngineError(
    'BAD_ARGUMENT',
    `The loop function '${name}' uses tensors from outside, or large constants.`,
    'Pass them among the constants of the loop.',
  );
}
