import { expect, it } from 'vitest';
import type { FailureCause, Gang } from '@ovis/workflows';
import { blame, CutMemory } from './blame.ts';
import { DriveFailure } from './drive-failure.ts';

const gang: Gang = {
  gangId: 'g',
  generation: 1,
  trainers: ['a', 'b', 'c'].map((trainerId, rank) => ({
    trainerId,
    rank,
    grpcAddress: '',
    collectiveAddress: '',
  })),
};
const failed = (code: string, rank: number, peerRank?: number) =>
  new DriveFailure({ code, rank, peerRank, message: '', hint: '', retryable: true } satisfies FailureCause);
const judge = (failures: DriveFailure[], spoke: number[], cuts = new CutMemory()) =>
  blame(gang, failures, new Set(spoke), cuts);

it('blames the trainer that is gone, not those that miss it', () => {
  const failures = [failed('PEER_LOST', 0, 1), failed('PEER_LOST', 2, 1), failed('TRAINER_LOST', 1)];
  expect(judge(failures, [0, 2])).toEqual([{ trainerId: 'b', restMs: 5_000 }]);
});

it('blames a trainer that says nothing while its peers miss it: it may be paused', () => {
  expect(judge([failed('PEER_LOST', 0, 2)], [0])).toEqual([{ trainerId: 'c', restMs: 5_000 }]);
});

it('blames one that refuses to begin: it is a new process, or belongs to somebody else', () => {
  expect(judge([failed('NOT_RESERVED', 1)], [])).toEqual([{ trainerId: 'b', restMs: 0 }]);
});

it('blames nobody the first time two live trainers lose each other, then the later of the two', () => {
  const cuts = new CutMemory();
  const failures = [failed('PEER_LOST', 0, 1), failed('PEER_LOST', 1, 0)];
  expect(judge(failures, [0, 1, 2], cuts)).toEqual([]);
  expect(judge(failures, [0, 1, 2], cuts)).toEqual([{ trainerId: 'b', restMs: 60_000 }]);
});

it('blames the one that most peers cannot reach', () => {
  const cuts = new CutMemory();
  const failures = [
    failed('CONNECT_FAILED', 1, 0),
    failed('CONNECT_FAILED', 2, 0),
    failed('PEER_LOST', 0, 2),
  ];
  expect(judge(failures, [0, 1, 2], cuts)).toEqual([]);
  expect(judge(failures, [0, 1, 2], cuts)).toEqual([{ trainerId: 'a', restMs: 60_000 }]);
});

it('blames nobody when a live trainer ended for a reason of its own', () => {
  const cuts = new CutMemory();
  const failures = [failed('UNREACHABLE', 1), failed('PEER_LOST', 0, 1)];
  for (let i = 0; i < 3; i++) expect(judge(failures, [0, 1, 2], cuts)).toEqual([]);
});
