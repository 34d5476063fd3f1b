/** What the visual tokens of some pictures of all ranks looked like, and the words' usage so far. */
export interface StageStatistics {
  /** The step whose batch they are of; the weights are those before it. */
  step: number;
  /** Visual tokens that were looked at. */
  tokens: number;
  /** Mean entropy of a token's distribution over the words, nats. */
  entropy: number;
  /** exp(entropy) of the tokens: as many words of equal probability. */
  effectiveWords: { mean: number; median: number; least: number };
  /** Share of the tokens whose largest probability is above `saturatedAbove`. */
  saturated: number;
  /** Mean largest probability. */
  largest: number;
  /** Words that tokens can have: K without the reserved ones. */
  words: number;
  /** Share of the words that are dead, see `MonitorSettings.deadBelow`. */
  deadWords: number;
  /**
   * What the usage can tell of single words: tokens it is averaged over, times the effective words of one, by the number of words. With few
   * sharp tokens most words look dead for want of tokens.
   */
  coverage: number;
  /** See `EMBEDDING_FACTS`; means over the ranks. */
  variance: number;
  cosine: number;
  dimensions: number;
  tableNorm: number;
  logitScale: number;
  /** How long this took, ms on this rank. */
  ms: number;
}

/** A signature that has been seen for long enough, or is gone again. */
export interface StageWarning {
  /** For instance `saturation`. */
  signature: string;
  step: number;
  /** The measurement that saw it first. */
  since: number;
  /** What is seen, with numbers. */
  message: string;
  /** What to do about it. */
  remedy: string;
  /** It is gone again. */
  over: boolean;
}
