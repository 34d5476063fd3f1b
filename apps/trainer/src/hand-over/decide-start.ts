/** What a rank has in memory of the stage that is to go on. */
export interface Offer {
  /** Steps in its weights; -1: it holds nothing of use. */
  step: number;
  /** Of weights and moments. */
  crc: number;
  /** Whether it knows where the lanes of all ranks stand. */
  cursors: boolean;
}

export type StartDecision =
  | { from: 'checkpoint'; why: string; warning?: boolean }
  | {
      from: 'memory';
      step: number;
      /** Rank that gives what others lack. */
      donor: number;
      /** Ranks that get the whole state. */
      receivers: number[];
      /** Ranks that have the state but get the cursors. */
      withoutCursors: number[];
    };

export const nothing: Offer = { step: -1, crc: 0, cursors: false };

/**
 * Where a gang goes on from, given what all of its ranks hold; every rank decides the same. The furthest step in memory wins, if it is not
 * behind the checkpoint: a fault may have come between the updates of two ranks, and then one of them has a step more.
 * @param startStep steps that are in the checkpoint
 */
export function decideStart(offers: readonly Offer[], startStep: number): StartDecision {
  const step = Math.max(...offers.map((offer) => offer.step));
  if (step < 0) return { from: 'checkpoint', why: 'nobody holds the stage in memory' };
  if (step < startStep) {
    return { from: 'checkpoint', why: `memory holds step ${step}, the checkpoint step ${startStep}` };
  }
  const holders = offers.flatMap((offer, rank) => (offer.step === step ? [{ ...offer, rank }] : []));
  const crcs = new Set(holders.map(({ crc }) => crc));
  if (crcs.size > 1) {
    const each = holders
      .map(({ rank, crc }) => `rank ${rank} ${crc.toString(16).padStart(8, '0')}`)
      .join(', ');
    return {
      from: 'checkpoint',
      warning: true,
      why: `replicas differ at step ${step} (checksums: ${each}): nobody's memory is trusted`,
    };
  }
  const donor = holders.find(({ cursors }) => cursors);
  if (donor === undefined) {
    return { from: 'checkpoint', why: `nobody knows where the data of all ranks stood at step ${step}` };
  }
  return {
    from: 'memory',
    step,
    donor: donor.rank,
    receivers: offers.flatMap((offer, rank) => (offer.step === step ? [] : [rank])),
    withoutCursors: holders.filter(({ cursors }) => !cursors).map(({ rank }) => rank),
  };
}
