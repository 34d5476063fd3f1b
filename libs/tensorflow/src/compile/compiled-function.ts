import { tf } from '../tf.ts';
import type { LibtensorflowBackend } from '../backend/backend.ts';
import type { Resource } from '../backend/variables.ts';
import type { Call } from '../binding/binding.ts';
import { HandleList } from '../binding/handle-list.ts';
import { EngineError } from '../errors.ts';
import type { Emitted } from './emitted.ts';
import { emittedAtEnd, nothingEmitted, QueueEmitted } from './emitted.ts';
import type { GraphValue } from './graph.ts';
import { forbidRandom } from './forbid-random.ts';
import { neededNodes } from './graph.ts';
import { peakBytes } from './peak-bytes.ts';
import { runTraced } from './run-traced.ts';
import { Trace } from './trace.ts';
import type { Capture } from './trace-constants.ts';
import type { FlatTree } from './tree.ts';
import { flatten } from './tree.ts';

export type CompileMode = 'graph' | 'xla';

/** A call under way. */
export interface Started<R = unknown> {
  result: Promise<R>;
  emitted: Emitted;
}

let functionCount = 0;

/** One traced signature of a compiled function, registered with TensorFlow. */
export class CompiledFunction {
  readonly nodes: number;
  readonly traceMs: number;
  readonly #backend: LibtensorflowBackend;
  readonly #label: string;
  readonly #name: string;
  readonly mode: CompileMode;
  /** Whether a call has succeeded. */
  proven = false;
  /** Positions of the arguments that the function uses. */
  readonly #usedArguments: number[];
  readonly #captures: Capture[];
  readonly #result: FlatTree;
  readonly #written: ReadonlySet<tf.Variable>;
  /** What the results are: known from the trace, so that nobody needs to ask TensorFlow. */
  readonly #outputs: readonly { shape: number[]; dtype: number }[];
  /** What fn emits: by a queue in graph mode, else behind the results. */
  readonly #emits: readonly { shape: number[]; dtype: number }[];
  /** What a call takes besides its inputs, about; 0 where nobody knows. */
  readonly #peakBytes: number;
  /** The inputs, arguments first, as they were at the last call. */
  readonly #inputs: HandleList;
  /** Where the captured variables' values lay at the last call (it changes when one is assigned while a call runs). */
  readonly #resources = new Map<tf.Variable, Resource>();
  #touched: { reads: Resource[]; writes: Resource[] } | undefined;
  #running = 0;
  #disposed = false;

  /** Traces `fn` on symbolic copies of the arguments' tensors. Nothing is computed. */
  constructor(
    label: string,
    fn: (...args: unknown[]) => unknown,
    args: FlatTree,
    backend: LibtensorflowBackend,
    mode: CompileMode,
  ) {
    if (backend.recorder) throw nested(label);
    const start = performance.now();
    this.#label = label;
    this.#name = `ovis_${label.replace(/[^A-Za-z0-9_]/g, '_')}_${++functionCount}`;
    this.#backend = backend;
    this.mode = mode;
    const trace = new Trace(label, backend, { xla: this.mode === 'xla', emits: true });
    const engine = tf.engine();
    engine.startScope(label);
    backend.recorder = trace;
    const allowRandom = forbidRandom(label);
    let captures: Capture[] = [];
    let registered = false;
    try {
      const symbols = args.tensors.map((t) => trace.argument(t));
      const given = args.rebuild(symbols.map((s) => s.tensor)) as unknown[];
      const result = runTraced(label, () => fn(...given));
      trace.check();
      this.#result = flatten(result, `The result of '${label}'`);
      const taken = new Set<GraphValue>();
      const { values: emits, last: emitted } = trace.emitted;
      const results = this.#result.tensors.map((t) => trace.output(t.dataId, taken));
      const outputs = [...results, ...(emitted ? [] : emits.map((value) => trace.outputValue(value, taken)))];
      this.#outputs = outputs.map(({ shape, dtype }) => ({ shape, dtype }));
      this.#emits = emits.map(({ shape, dtype }) => ({ shape, dtype }));
      const effects = trace.variables.finish([...outputs, ...emits]);
      if (emitted) effects.push(emitted);
      this.#written = new Set(trace.variables.all.flatMap((t) => (t.written ? [t.variable] : [])));
      if (outputs.length === 0 && effects.length === 0) throw noResult(label);

      const used = new Set(neededNodes(outputs, effects));
      const running = trace.graph.nodes.filter((node) => used.has(node));
      this.#peakBytes = mode === 'xla' || backend.isUsingGpuDevice ? 0 : peakBytes(running, outputs);
      this.#usedArguments = [...symbols.keys()].filter((i) => used.has(symbols[i]!.value.node));
      const captured = trace.captures.filter((c) => used.has(c.value.node));
      captures = captured.map((c) => c.capture);
      this.#captures = captures;
      this.#inputs = new HandleList(this.#usedArguments.length + captures.length);
      const inputs = [...this.#usedArguments.map((i) => symbols[i]!.value), ...captured.map((c) => c.value)];
      this.nodes = trace.graph.toFunction(this.#name, inputs, outputs, effects, { xla: this.mode === 'xla' });
      registered = true;
    } finally {
      backend.recorder = undefined;
      allowRandom();
      trace.disposeVariables();
      trace.variables.restore();
      trace.discardConstants(registered ? captures : []);
      engine.endScope();
      trace.graph.dispose();
    }
    this.traceMs = performance.now() - start;
  }

  /** Runs the function on another thread. The argument tensors may be disposed as soon as this returns. */
  start(tensors: readonly tf.Tensor[]): Started {
    const { native, resources } = this.#backend;
    native.room.require(this.#label, this.#peakBytes, () => 'memory for temporaries and results, about');
    const inputs = this.#inputs;
    let next = 0;
    const queued =
      this.#emits.length > 0 && this.mode === 'graph'
        ? new QueueEmitted(this.#backend, this.#emits)
        : undefined;
    let call: Call;
    try {
      for (const i of this.#usedArguments) inputs.set(next++, this.#backend.handle(tensors[i]!.dataId));
      for (const capture of this.#captures) inputs.set(next++, this.#captured(capture, queued));
      call = native.prepareCall(this.#name, inputs, this.#outputs.length, { xla: this.mode === 'xla' });
    } catch (error) {
      queued?.cancel(error);
      throw error;
    }
    this.#touched ??= this.#touch();
    const { reads, writes } = this.#touched;
    const made = this.#run(call, resources.enter(reads, writes), writes.length > 0, queued);
    const results = this.#result.tensors.length;
    return {
      result: made.then((tensors) => this.#result.rebuild(tensors.slice(0, results))),
      emitted:
        queued ??
        (this.#emits.length > 0
          ? emittedAtEnd(made.then((tensors) => tensors.slice(results)))
          : nothingEmitted),
    };
  }

  /** Unregisters the function; a running call still finishes. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    if (this.#running === 0) this.#release();
  }

  async #run(
    call: Call,
    turn: { before: Promise<void>[]; leave(): void },
    writes: boolean,
    queued: QueueEmitted | undefined,
  ): Promise<tf.Tensor[]> {
    this.#running++;
    try {
      // A call that writes never begins at once: what the caller reads in its next statements is the state before the call.
      if (writes || turn.before.length > 0) await Promise.all(turn.before);
      const running = this.#backend.native.runCall(call);
      queued?.begin(running);
      const handles = await running;
      this.proven = true;
      return handles.map((id, i) => this.#backend.adopt({ id, ...this.#outputs[i]! }));
    } finally {
      this.#running--;
      turn.leave();
      if (this.#disposed && this.#running === 0) this.#release();
    }
  }

  #release(): void {
    const { native } = this.#backend;
    const status = native.lib.TF_NewStatus();
    native.lib.TFE_ContextRemoveFunction(native.context, this.#name, status);
    native.lib.TF_DeleteStatus(status);
    for (const c of this.#captures) if (c.kind === 'constant') this.#backend.freeConstant(c);
  }

  #captured(capture: Capture, queued: QueueEmitted | undefined): number {
    if (capture.kind === 'queue') return queued!.queue.handle;
    if (capture.kind === 'constant') return capture.handle;
    if (capture.kind === 'tensor') {
      if (!this.#backend.has(capture.dataId)) throw this.#gone(`tensor [${capture.shape.join(', ')}]`);
      return this.#backend.handle(capture.dataId);
    }
    const { variable } = capture;
    const resource = variable.isDisposed ? undefined : this.#backend.resourceOf(variable.dataId);
    if (!resource) throw this.#gone(`variable '${variable.name}'`);
    if (this.#resources.get(variable) !== resource) {
      this.#resources.set(variable, resource);
      this.#touched = undefined;
    }
    return resource.handle;
  }

  /** Which resources a call reads only, and which it writes. */
  #touch(): { reads: Resource[]; writes: Resource[] } {
    const reads: Resource[] = [];
    const writes: Resource[] = [];
    for (const [variable, resource] of this.#resources) {
      (this.#written.has(variable) ? writes : reads).push(resource);
    }
    return { reads, writes };
  }

  #gone(what: string): EngineError {
    return new EngineError(
      'DISPOSED',
      `The compiled function '${this.#label}' uses a ${what} from outside that has been disposed.`,
      'Keep captured tensors alive as long as the function, or pass them as arguments.',
    );
  }
}

function nested(label: string): EngineError {
  return new EngineError(
    'TRACE_FAILED',
    `The compiled function '${label}' was called inside another compiled function.`,
    'Call the plain function there: it becomes part of the outer one.',
  );
}

export function noResult(label: string): EngineError {
  return new EngineError(
    'BAD_ARGUMENT',
    `The compiled function '${label}' returns no tensor and assigns no variable.`,
    'Return what it computes.',
  );
}
