import { tf } from '../tf.ts';
import type { LibtensorflowBackend } from '../backend/backend.ts';
import { EngineError } from '../errors.ts';
import type { GraphValue } from './graph.ts';
import { neededNodes } from './graph.ts';
import type { Capture } from './trace.ts';
import { Trace } from './trace.ts';
import type { FlatTree } from './tree.ts';
import { flatten } from './tree.ts';

export type CompileMode = 'graph' | 'xla';

let functionCount = 0;

/** Variables that a running call will assign: later calls that read them wait, so that calls act in program order. */
const pendingAssignments = new WeakMap<tf.Variable, Promise<unknown>>();

/** One traced signature of a compiled function, registered with TensorFlow. */
export class CompiledFunction {
  readonly nodes: number;
  readonly traceMs: number;
  readonly #backend: LibtensorflowBackend;
  readonly #label: string;
  readonly #name: string;
  readonly #xla: boolean;
  /** Positions of the arguments that the function uses. */
  readonly #usedArguments: number[];
  readonly #captures: Capture[];
  readonly #result: FlatTree;
  readonly #assigned: tf.Variable[];
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
    this.#xla = mode === 'xla';
    const trace = new Trace(label, backend, { xla: this.#xla });
    const engine = tf.engine();
    engine.startScope(label);
    backend.recorder = trace;
    let captures: Capture[] = [];
    let registered = false;
    try {
      const symbols = args.tensors.map((t) => trace.argument(t));
      const result = fn(...(args.rebuild(symbols.map((s) => s.tensor)) as unknown[]));
      trace.check();
      this.#result = flatten(result, `The result of '${label}'`);
      const taken = new Set<GraphValue>();
      const outputs = this.#result.tensors.map((t) => trace.output(t.dataId, taken));
      const assignments = trace.takeAssignments(taken);
      this.#assigned = assignments.map((a) => a.variable);
      outputs.push(...assignments.map((a) => a.value));
      if (outputs.length === 0) throw noResult(label);

      const used = new Set(neededNodes(outputs, []));
      this.#usedArguments = [...symbols.keys()].filter((i) => used.has(symbols[i]!.value.node));
      const captured = trace.captures.filter((c) => used.has(c.value.node));
      captures = captured.map((c) => c.capture);
      this.#captures = captures;
      const inputs = [...this.#usedArguments.map((i) => symbols[i]!.value), ...captured.map((c) => c.value)];
      this.nodes = trace.graph.toFunction(this.#name, inputs, outputs, [], { xla: this.#xla });
      registered = true;
    } finally {
      backend.recorder = undefined;
      trace.restoreVariables();
      trace.discardConstants(registered ? captures : []);
      engine.endScope();
      trace.graph.dispose();
    }
    this.traceMs = performance.now() - start;
  }

  /** Runs the function on another thread. The argument tensors may be disposed as soon as this returns. */
  async call(tensors: readonly tf.Tensor[]): Promise<unknown> {
    const busy = this.#pending();
    if (busy.length > 0) {
      // Host values go to TensorFlow now: the caller may reuse its array while this call waits.
      for (const t of tensors) this.#backend.handle(t.dataId);
      const held = tensors.map((t) => tf.keep(t.clone()));
      try {
        await Promise.allSettled(busy);
        return await this.call(held);
      } finally {
        tf.dispose(held);
      }
    }
    const run = this.#run(tensors);
    for (const variable of this.#assigned) pendingAssignments.set(variable, run);
    try {
      return await run;
    } finally {
      for (const variable of this.#assigned) {
        if (pendingAssignments.get(variable) === run) pendingAssignments.delete(variable);
      }
    }
  }

  /** Unregisters the function; a running call still finishes. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    if (this.#running === 0) this.#release();
  }

  async #run(tensors: readonly tf.Tensor[]): Promise<unknown> {
    const { native } = this.#backend;
    const inputs = [
      ...this.#usedArguments.map((i) => this.#backend.handle(tensors[i]!.dataId)),
      ...this.#captures.map((c) => this.#capturedHandle(c)),
    ];
    const resultCount = this.#result.tensors.length;
    this.#running++;
    try {
      const outputs = await native.executeFunction(this.#name, inputs, resultCount + this.#assigned.length, {
        xla: this.#xla,
      });
      const made = outputs.map((m) => this.#backend.adopt(m));
      this.#assigned.forEach((variable, i) => {
        const value = made[resultCount + i]!;
        if (!variable.isDisposed) variable.assign(value);
        value.dispose();
      });
      return this.#result.rebuild(made.slice(0, resultCount));
    } finally {
      this.#running--;
      if (this.#disposed && this.#running === 0) this.#release();
    }
  }

  #release(): void {
    const { native } = this.#backend;
    const status = native.lib.TF_NewStatus();
    native.lib.TFE_ContextRemoveFunction(native.context, this.#name, status);
    native.lib.TF_DeleteStatus(status);
    for (const c of this.#captures) if (c.kind === 'constant') native.deleteTensor(c.handle);
  }

  #pending(): Promise<unknown>[] {
    const variables = this.#captures.flatMap((c) => (c.kind === 'variable' ? [c.variable] : []));
    return [...variables, ...this.#assigned].flatMap((v) => pendingAssignments.get(v) ?? []);
  }

  #capturedHandle(capture: Capture): number {
    if (capture.kind === 'constant') return capture.handle;
    const gone =
      capture.kind === 'variable' ? capture.variable.isDisposed : !this.#backend.has(capture.dataId);
    if (gone) {
      const what =
        capture.kind === 'variable'
          ? `variable '${capture.variable.name}'`
          : `tensor [${capture.shape.join(', ')}]`;
      throw new EngineError(
        'DISPOSED',
        `The compiled function '${this.#label}' uses a ${what} from outside that has been disposed.`,
        'Keep captured tensors alive as long as the function, or pass them as arguments.',
      );
    }
    return this.#backend.handle(capture.kind === 'variable' ? capture.variable.dataId : capture.dataId);
  }
}

function nested(label: string): EngineError {
  return new EngineError(
    'TRACE_FAILED',
    `The compiled function '${label}' was called inside another compiled function.`,
    'Call the plain function there: it becomes part of the outer one.',
  );
}

function noResult(label: string): EngineError {
  return new EngineError(
    'BAD_ARGUMENT',
    `The compiled function '${label}' returns no tensor and assigns no variable.`,
    'Return what it computes.',
  );
}
