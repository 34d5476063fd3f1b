/** What went wrong in a trainer, with its cure. `retryable`: a new attempt by another gang may succeed. */
export class TrainerError extends Error {
  readonly code: string;
  readonly hint: string;
  readonly retryable: boolean;

  constructor(code: string, message: string, hint: string, retryable: boolean) {
    super(message);
    this.name = 'TrainerError';
    this.code = code;
    this.hint = hint;
    this.retryable = retryable;
  }
}

/** Faults of the infrastructure or of the gang's membership: another attempt may succeed. */
const RETRYABLE = new Set([
  'PEER_LOST',
  'PEER_STALLED',
  'GROUP_ABORTED',
  'UNREACHABLE',
  'TRUNCATED',
  'TIMEOUT',
  'CONNECT_FAILED',
  'STOPPED',
]);

export interface ErrorFacts {
  code: string;
  message: string;
  hint: string;
  retryable: boolean;
  peerRank?: number;
}

/** Any error as the `{code, message, hint, retryable}` that travels to the controller. */
export function errorFacts(error: unknown): ErrorFacts {
  const e = error as Partial<ErrorFacts> & { rank?: number };
  const code = typeof e?.code === 'string' ? e.code : 'INTERNAL';
  return {
    code,
    message: error instanceof Error ? error.message : String(error),
    hint: hintOf(code, e?.hint),
    retryable: typeof e?.retryable === 'boolean' ? e.retryable : RETRYABLE.has(code),
    ...(code.startsWith('PEER') && typeof e?.rank === 'number' ? { peerRank: e.rank } : {}),
  };
}

/** What of the run file to change when a step does not fit, beside what the engine says. */
const lessMemory =
  'Raise accumulation of the stage (smaller micro-batches, the same result), set activationCheckpointing: true, or lower batchSize, model.multimodalMaxLength or data.maxPartition; or use trainers with more memory (gang.require.memoryGb).';

function hintOf(code: string, hint: unknown): string {
  if (code === 'OUT_OF_MEMORY') return lessMemory;
  return typeof hint === 'string' ? hint : 'Look at the log of this trainer.';
}
