import { openStorage, type ObjectStorage } from '@ovis/storage';
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PretrainedError } from './errors.ts';

/**
 * Fills a folder that must be empty or missing, so that nobody sees half of it. On disk everything goes to a folder beside the
 * target, which takes its name at the end. In S3, where nothing can be renamed, `last` is written when the rest is there
 * (without it the folder is no model), and what was written is deleted after a failure.
 * @throws PretrainedError TARGET_EXISTS
 */
export async function fillFolder(
  url: string,
  env: NodeJS.ProcessEnv | undefined,
  write: (storage: ObjectStorage) => Promise<void>,
  last: { name: string; bytes: Uint8Array },
): Promise<void> {
  await checkEmpty(url, env);
  if (!url.startsWith('file:')) return fillObjects(openStorage(url, env), write, last);
  const target = fileURLToPath(url);
  await mkdir(dirname(target), { recursive: true });
  const working = join(dirname(target), `.ovis-tmp-${basename(target)}-${randomUUID().slice(0, 8)}`);
  await mkdir(working);
  try {
    const storage = openStorage(pathToFileURL(working).href, env);
    await write(storage);
    await storage.put(last.name, last.bytes);
    // Takes the place of an empty folder, fails on one that was filled meanwhile.
    await rename(working, target);
  } catch (error) {
    await rm(working, { recursive: true, force: true });
    if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes((error as { code?: string }).code ?? '')) {
      throw targetExists(url, 'it was filled meanwhile');
    }
    throw error;
  }
}

async function fillObjects(
  storage: ObjectStorage,
  write: (storage: ObjectStorage) => Promise<void>,
  last: { name: string; bytes: Uint8Array },
): Promise<void> {
  const written: string[] = [];
  const noting: ObjectStorage = {
    url: storage.url,
    get: (key) => storage.get(key),
    stream: (key, options) => storage.stream(key, options),
    range: (key, start, end) => storage.range(key, start, end),
    readInto: (key, start, targets) => storage.readInto(key, start, targets),
    head: (key) => storage.head(key),
    list: (prefix) => storage.list(prefix),
    delete: (key) => storage.delete(key),
    put: (key, data, options) => {
      written.push(key);
      return storage.put(key, data, options);
    },
    putChunks: (key, chunks, options) => {
      written.push(key);
      return storage.putChunks(key, chunks, options);
    },
    putRanges: (key, source, options) => {
      written.push(key);
      return storage.putRanges(key, source, options);
    },
  };
  try {
    await write(noting);
    await noting.put(last.name, last.bytes, { ifNoneMatch: true });
  } catch (error) {
    // What cannot be deleted is no model either; the error that led here matters more.
    await Promise.allSettled(written.map((key) => storage.delete(key)));
    throw error;
  }
}

/** @throws PretrainedError TARGET_EXISTS when there is anything at the URL. */
export async function checkEmpty(url: string, env?: NodeJS.ProcessEnv): Promise<void> {
  if (url.startsWith('file:')) {
    const names = await readdir(fileURLToPath(url)).catch((error: { code?: string }) => {
      if (error.code === 'ENOENT') return [];
      if (error.code === 'ENOTDIR') throw targetExists(url, 'there is a file');
      throw error;
    });
    if (names.length > 0) throw targetExists(url, `it has ${names[0]}`);
    return;
  }
  for await (const { key } of openStorage(url, env).list('')) {
    throw targetExists(url, `it has ${key}`);
  }
}

function targetExists(url: string, why: string): PretrainedError {
  return new PretrainedError(
    'TARGET_EXISTS',
    `${url} is not empty: ${why}`,
    'choose a new folder; nothing is ever overwritten',
  );
}
