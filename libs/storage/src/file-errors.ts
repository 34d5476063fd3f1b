import { StorageError, errorField, errorMessage } from './errors.ts';

/** Turns an error of node:fs into a StorageError that names the place and the way out. */
export function fromFileError(error: unknown, operation: string, url: string): StorageError {
  if (error instanceof StorageError) return error;
  const make = (code: StorageError['code'], why: string, hint: string): StorageError =>
    new StorageError(code, why, { operation, url, hint, cause: error });
  switch (errorField(error, 'code')) {
    case 'ENOENT':
    case 'EISDIR':
      return make('NOT_FOUND', 'there is no such file', 'check the path');
    case 'ENOSPC':
    case 'EDQUOT':
      return make(
        'DISK_FULL',
        'the disk is full; nothing was left behind',
        'free space (df -h shows it), or use another disk',
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return make('ACCESS_DENIED', errorMessage(error), 'check owner and mode of the folder');
    default:
      return make('FAILED', errorMessage(error), 'see the message of the operating system');
  }
}
