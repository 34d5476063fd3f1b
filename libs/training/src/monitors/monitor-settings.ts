/** What is watched while a stage trains, and from where on it is a warning. A run file has it as `monitor`. */
export interface MonitorSettings {
  /** Statistics are taken of every so many steps. */
  every: number;
  /** Part of a stage's steps before anything is judged. */
  warmupRatio: number;
  /** Measurements in a row that have to show a signature before it is a warning, and that must not show it before it is over. */
  patience: number;
  /** A token is saturated when its largest probability is above this. */
  saturatedAbove: number;
  /** A word is dead when its share of the probability is below this part of the uniform share 1 / K. */
  deadBelow: number;
  /** Tokens that the words' usage is averaged over (exponentially). */
  usageTokens: number;
  thresholds: MonitorThresholds;
}

/** From where on statistics are a signature of something that goes wrong. */
export interface MonitorThresholds {
  /** Share of saturated tokens. */
  saturated: number;
  /** Share of dead words. */
  deadWords: number;
  /** Variance of the visual embeddings relative to their square: this or less is a collapse. */
  variance: number;
  /** Mean cosine of the visual embeddings of different pictures: this or more is a collapse. */
  cosine: number;
  /** Held-out loss minus training loss, nats. */
  gap: number;
}
