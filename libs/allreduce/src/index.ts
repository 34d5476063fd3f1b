export type { GroupOptions } from './connect.ts';
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
export { CollectiveListener } from './listener.ts';
export type { ListenOptions } from './listener.ts';
export { ProcessGroup } from './process-group.ts';
export type { GroupStats } from './engine.ts';
