import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { StorageError } from './errors.ts';

export type StorageLocation =
  | { kind: 's3'; bucket: string; /** no slash at either end; may be empty */ prefix: string; url: string }
  | { kind: 'file'; directory: string; url: string };

/** Reads `s3://bucket[/prefix]` or `file:///directory`; anything else is BAD_URL with a suggestion. */
export function parseStorageUrl(url: string): StorageLocation {
  if (url.startsWith('s3://')) {
    const rest = url.slice('s3://'.length).replace(/\/+$/, '');
    const slash = rest.indexOf('/');
    const bucket = slash < 0 ? rest : rest.slice(0, slash);
    const prefix = slash < 0 ? '' : rest.slice(slash + 1);
    if (!/^[a-zA-Z0-9][a-zA-Z0-9._-]+$/.test(bucket)) {
      throw new StorageError('BAD_URL', `'${bucket}' is not a bucket name`, {
        operation: 'open',
        url,
        hint: 'write s3://BUCKET/FOLDER; bucket names have 3 to 63 lower-case letters, digits, dots and hyphens',
      });
    }
    return { kind: 's3', bucket, prefix, url: prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}` };
  }
  if (url.startsWith('file://')) {
    try {
      const directory = fileURLToPath(url).replace(/(?<=.)\/+$/, '');
      return { kind: 'file', directory, url: pathToFileURL(directory).href };
    } catch (cause) {
      throw new StorageError('BAD_URL', 'not a valid file URL', {
        operation: 'open',
        url,
        hint: 'write file:///absolute/directory, with three slashes',
        cause,
      });
    }
  }
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1];
  throw new StorageError('BAD_URL', scheme ? `${scheme}:// is not supported` : 'not a URL', {
    operation: 'open',
    url,
    hint: scheme
      ? 'use s3://BUCKET/FOLDER or file:///DIRECTORY'
      : `write ${pathToFileURL(resolve(url)).href}`,
  });
}

/** Keys stay inside their storage: no empty parts, no `.` or `..`, no leading slash, no NUL. */
export function checkKey(key: string, storageUrl: string): string {
  const bad =
    key === '' || key.includes('\0') || key.split('/').some((part) => ['', '.', '..'].includes(part));
  if (bad) {
    throw new StorageError('BAD_URL', `'${key}' is not a valid key`, {
      operation: 'open',
      url: storageUrl,
      hint: "a key is parts joined by '/', none of them empty, '.' or '..'",
    });
  }
  return key;
}

/** Splits the URL of an object into its folder's URL (for openStorage) and its key there. */
export function splitUrl(url: string): { base: string; key: string } {
  const slash = url.lastIndexOf('/');
  const base = url.slice(0, slash);
  const raw = url.slice(slash + 1);
  if (
    slash < 0 ||
    raw === '' ||
    base === 's3:/' ||
    (base.startsWith('file:') && !url.startsWith('file:///'))
  ) {
    throw new StorageError('BAD_URL', 'not the URL of an object', {
      operation: 'open',
      url,
      hint: 'write s3://BUCKET/FOLDER/OBJECT or file:///FOLDER/OBJECT',
    });
  }
  if (!base.startsWith('file:')) {
    parseStorageUrl(base);
    return { base, key: raw };
  }
  parseStorageUrl(url);
  return { base: base === 'file://' ? 'file:///' : base, key: decodeURIComponent(raw) };
}

/** The URL of `key` in the storage at `base` (the inverse of splitUrl). */
export function joinUrl(base: string, key: string): string {
  const location = parseStorageUrl(base);
  if (location.kind === 's3') return `${location.url}/${key}`;
  return pathToFileURL(resolve(location.directory, key)).href;
}
