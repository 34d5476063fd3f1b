import { expect, it } from 'vitest';
import { decideStart, nothing, type Offer } from './decide-start.ts';

const at = (step: number, changes: Partial<Offer> = {}): Offer => ({
  step,
  crc: 7,
  cursors: true,
  ...changes,
});

it('begins from the checkpoint when nobody holds anything', () => {
  expect(decideStart([nothing, nothing], 0)).toMatchObject({ from: 'checkpoint' });
});

it('goes on from memory; a replacement gets the state of the lowest rank that has it', () => {
  expect(decideStart([nothing, at(20), at(20)], 10)).toEqual({
    from: 'memory',
    step: 20,
    donor: 1,
    receivers: [0],
    withoutCursors: [],
  });
});

it('brings a rank up that missed the last update: the furthest step wins', () => {
  expect(decideStart([at(20), at(21), at(21)], 10)).toMatchObject({ step: 21, donor: 1, receivers: [0] });
});

it('gives the cursors to a rank that only lacks those', () => {
  expect(decideStart([at(21, { cursors: false }), at(21)], 10)).toMatchObject({
    donor: 1,
    receivers: [],
    withoutCursors: [0],
  });
});

it('reads the checkpoint when it is ahead, or when nobody knows where the data stood', () => {
  expect(decideStart([at(20), nothing], 21)).toMatchObject({
    from: 'checkpoint',
    why: 'memory holds step 20, the checkpoint step 21',
  });
  expect(decideStart([at(20, { cursors: false }), nothing], 10).from).toBe('checkpoint');
  expect(decideStart([at(20), nothing], 20).from).toBe('memory');
});

it('trusts nobody when replicas differ, and names them', () => {
  expect(decideStart([at(20), at(20, { crc: 255 }), at(19)], 10)).toEqual({
    from: 'checkpoint',
    warning: true,
    why: "replicas differ at step 20 (checksums: rank 0 00000007, rank 1 000000ff): nobody's memory is trusted",
  });
});
