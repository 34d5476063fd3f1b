/** What the main thread works on, for reports. */
export interface WatchedJob {
  runId: string;
  stage: number;
  generation: number;
  rank: number;
  /** URL of the run's storage. */
  storage: string;
}

export interface WatchdogData {
  trainerId: string;
  /** `[0]`: counts up while the main thread answers. */
  pulse: SharedArrayBuffer;
  /** From so much silence of the main thread on its stack is taken. */
  noticeMs: number;
  /** From so much silence on it is reported. */
  reportMs: number;
}

/** The main thread is back after a silence. */
export interface Blocked {
  ms: number;
  stack: string;
}
