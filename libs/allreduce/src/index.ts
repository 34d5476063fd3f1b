export type { GroupOptions } from './joining/connect.ts';
export {
  CollectiveError,
  CollectiveMismatchError,
  CorruptFrameError,
  GroupAbortedError,
  JoinError,
  ListenError,
  PeerLostError,
} from './errors.ts';
export type { LostReason, PeerLostDetails } from './errors.ts';
export { meanWaits, type CollectiveReport } from './engine/flight-recorder.ts';
export { CollectiveListener } from './joining/listener.ts';
export type { ListenOptions } from './joining/listener.ts';
export type { TlsCredentials } from './transports/tls-files.ts';
export type { HalfBuffer, NumberBuffer } from './buffers.ts';
export { fromBf16, fromF16, toBf16, toF16 } from './kernels/half.ts';
export type { Dtype, ReduceOp } from './kernels/reduce.ts';
export type { AlgorithmName } from './wire/frame.ts';
export {
  ProcessGroup,
  type AllReduceOptions,
  type CallOptions,
  type ReduceOptions,
} from './process-group.ts';
export type { GroupStats } from './engine/engine.ts';
