/** What happens when a loss or gradient is no number, or explodes. A run file has it as `onBadLoss` and `monitor.badLoss`. */
export interface BadLossSettings {
  /**
   * - `stop`: the stage ends with an error; its last checkpoint is as good as before
   * - `rollback`: the stage goes back to its last checkpoint, and on with the samples behind the bad ones
   * - `skip`: the update is left out
   */
  policy: 'stop' | 'rollback' | 'skip';
  /** A loss above so many times the median of the last good steps explodes. */
  lossFactor: number;
  /** The same for the gradient's norm before clipping. */
  gradNormFactor: number;
  /** `stop` and `rollback`: steps in a row that explode before something happens; a loss that is no number does not wait. */
  steps: number;
  /** `skip`: updates in a row that may be left out. */
  mostSkips: number;
  /** `rollback`: times that a stage may go back. */
  mostRollbacks: number;
}
