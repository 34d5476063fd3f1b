export { expandBraces } from './braces.ts';
export { StorageError, isStorageError, type StorageErrorCode, type StorageErrorDetails } from './errors.ts';
export { ensureBucket, openStorage, readUrl } from './open.ts';
export type { ListedObject, ObjectInfo, ObjectStorage, PutOptions } from './types.ts';
export { joinUrl, splitUrl } from './url.ts';
