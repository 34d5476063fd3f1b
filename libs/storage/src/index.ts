export { expandBraces } from './braces.ts';
export { StorageError, isStorageError, type StorageErrorCode, type StorageErrorDetails } from './errors.ts';
export { ensureBucket, openStorage, readUrl } from './open.ts';
export { withPatience, type Patience } from './patience.ts';
export type {
  ListedObject,
  ObjectInfo,
  ObjectStorage,
  PutOptions,
  PutRangesOptions,
  RangeSource,
} from './types.ts';
export { joinUrl, splitUrl } from './url.ts';
