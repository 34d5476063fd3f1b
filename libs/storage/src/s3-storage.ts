import {
  CreateBucketCommand,
  DeleteObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type BucketLocationConstraint,
  type S3Client,
} from '@aws-sdk/client-s3';
import { randomUUID } from 'node:crypto';
import { StorageError, errorField, isStorageError } from './errors.ts';
import { openBody } from './s3-body.ts';
import { s3Client, type S3Settings } from './s3-client.ts';
import { attempts, fromS3Error, httpStatus, type S3ErrorContext } from './s3-errors.ts';
import { keepingRangeErrors, keepingSourceErrors } from './source-errors.ts';
import { uploadRanges } from './s3-ranges.ts';
import { upload, uploadChunks, type Upload } from './s3-upload.ts';
import { readAll } from './read-all.ts';
import { Scatter, totalLength } from './scatter.ts';
import type {
  ListedObject,
  ObjectInfo,
  ObjectStorage,
  PutOptions,
  PutRangesOptions,
  RangeSource,
} from './types.ts';
import { checkKey } from './url.ts';

/** Marks which writer made an object, so that a retried conditional write can tell its own success from a rival's. */
const WRITER = 'ovis-writer';
const CONFLICT_RETRIES = 4;

export class S3Storage implements ObjectStorage {
  readonly url: string;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #settings: S3Settings;
  readonly #client: S3Client;
  #bucketSeen = false;

  constructor(location: { bucket: string; prefix: string; url: string }, settings: S3Settings) {
    this.url = location.url;
    this.#bucket = location.bucket;
    this.#prefix = location.prefix === '' ? '' : `${location.prefix}/`;
    this.#settings = settings;
    this.#client = s3Client(settings);
  }

  async get(key: string): Promise<Uint8Array> {
    const body = await this.#open('read', key, 0);
    return readAll(body.chunks, body.length);
  }

  async stream(key: string, options: { start?: number } = {}): Promise<AsyncIterable<Uint8Array>> {
    const start = options.start ?? 0;
    try {
      return (await this.#open('read', key, start)).chunks;
    } catch (error) {
      // HTTP has no empty range: starting exactly at the end is refused, though there is just nothing left.
      if (start > 0 && error instanceof StorageError && httpStatus(error.cause) === 416) {
        const size = (await this.head(key))?.size ?? 0;
        if (size === start) return nothing();
        throw tooShort(this.#context('read', key), size, start, error);
      }
      throw error;
    }
  }

  async range(key: string, start: number, end: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(Math.max(0, end - start));
    await this.readInto(key, start, [bytes]);
    return bytes;
  }

  async readInto(key: string, start: number, targets: readonly Uint8Array[]): Promise<void> {
    const end = start + totalLength(targets);
    if (end === start) return;
    try {
      const body = await this.#open('read', key, start, end);
      const scatter = new Scatter(targets);
      for await (const chunk of body.chunks) scatter.add(chunk);
      if (start + scatter.filled < end)
        throw tooShort(this.#context('read', key), start + scatter.filled, end);
    } catch (error) {
      if (error instanceof StorageError && httpStatus(error.cause) === 416) {
        throw tooShort(this.#context('read', key), (await this.head(key))?.size ?? 0, end, error);
      }
      throw error;
    }
  }

  async put(key: string, data: Uint8Array | string, options: PutOptions = {}): Promise<{ etag?: string }> {
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
    return this.#write(key, options, (request) => upload(request, bytes), CONFLICT_RETRIES);
  }

  async putChunks(
    key: string,
    chunks: AsyncIterable<Uint8Array>,
    options: PutOptions = {},
  ): Promise<{ etag?: string }> {
    return keepingSourceErrors(chunks, (all) =>
      // Chunks can be had once only.
      this.#write(key, options, (request) => uploadChunks(request, all), 1),
    );
  }

  async putRanges(
    key: string,
    source: RangeSource,
    options: PutRangesOptions = {},
  ): Promise<{ etag?: string }> {
    const context = this.#context('write', key);
    try {
      return await keepingRangeErrors(source, (all) =>
        this.#write(key, options, (request) => uploadRanges(request, all, options, context), 1),
      );
    } catch (error) {
      options.signal?.throwIfAborted();
      throw error;
    }
  }

  async #write(
    key: string,
    options: PutOptions,
    send: (request: Upload) => Promise<{ etag?: string }>,
    tries: number,
  ): Promise<{ etag?: string }> {
    const writer = randomUUID();
    const request: Upload = {
      client: this.#client,
      bucket: this.#bucket,
      key: this.#fullKey(key),
      metadata: { [WRITER]: writer },
      options,
    };
    for (let attempt = 1; ; attempt++) {
      try {
        return await send(request);
      } catch (error) {
        // Two conditional writes crossed inside the server: it asks to try again.
        if (errorField(error, 'name') === 'ConditionalRequestConflict' && attempt < tries) continue;
        const won = mayBeDone(error) ? await this.#wroteBy(key, writer) : undefined;
        if (won) return won;
        throw fromS3Error(error, this.#context('write', key));
      }
    }
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    try {
      const found = await this.#client.send(
        new HeadObjectCommand({ Bucket: this.#bucket, Key: this.#fullKey(key) }),
      );
      return { size: found.ContentLength ?? 0, etag: found.ETag };
    } catch (error) {
      const status = httpStatus(error);
      const context = this.#context('look up', key);
      // Answers to HEAD have no body, so no reason: a missing bucket looks like a missing object. Ask in a way that tells.
      if (status === 404 && !this.#bucketSeen) {
        await this.#checkBucket(context);
        return undefined;
      }
      if (status === 404) return undefined;
      if (status === 403 || status === 400) await this.#checkBucket(context);
      throw fromS3Error(error, context);
    }
  }

  async *list(prefix: string): AsyncGenerator<ListedObject, void, undefined> {
    let token: string | undefined;
    do {
      const page = await this.#client
        .send(
          new ListObjectsV2Command({
            Bucket: this.#bucket,
            Prefix: this.#prefix + prefix,
            ContinuationToken: token,
          }),
        )
        .catch((error: unknown) => {
          throw fromS3Error(error, { ...this.#context('list', prefix), operation: 'list' });
        });
      this.#bucketSeen = true;
      for (const entry of page.Contents ?? []) {
        const key = (entry.Key ?? '').slice(this.#prefix.length);
        // Some tools make empty objects that stand for folders.
        if (key === '' || key.endsWith('/')) continue;
        yield { key, size: entry.Size ?? 0, modifiedAt: entry.LastModified?.getTime() };
      }
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  async delete(key: string): Promise<void> {
    try {
      await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: this.#fullKey(key) }));
    } catch (error) {
      throw fromS3Error(error, this.#context('delete', key));
    }
  }

  /** Makes the bucket unless it is there. */
  async ensureBucket(): Promise<void> {
    const context = { ...this.#context('create', ''), url: `s3://${this.#bucket}` };
    try {
      await this.#client.send(new HeadBucketCommand({ Bucket: this.#bucket }));
      return;
    } catch (error) {
      const status = httpStatus(error);
      if (status === 403) await this.#checkBucket(context);
      if (status !== 404) throw fromS3Error(error, context);
    }
    const region = this.#settings.region;
    // Amazon wants the region spelled out everywhere but in us-east-1; other servers ignore it or choke on it.
    const elsewhere = this.#settings.endpoint === undefined && region !== undefined && region !== 'us-east-1';
    try {
      await this.#client.send(
        new CreateBucketCommand({
          Bucket: this.#bucket,
          CreateBucketConfiguration: elsewhere
            ? { LocationConstraint: region as BucketLocationConstraint }
            : undefined,
        }),
      );
    } catch (error) {
      const name = errorField(error, 'name');
      if (name === 'BucketAlreadyOwnedByYou' || name === 'BucketAlreadyExists') return;
      throw fromS3Error(error, context);
    }
  }

  async #open(operation: string, key: string, start: number, end?: number): ReturnType<typeof openBody> {
    return openBody({
      client: this.#client,
      bucket: this.#bucket,
      key: this.#fullKey(key),
      start,
      end,
      context: this.#context(operation, key),
    });
  }

  /** Lists at most one object: unlike HEAD, the answer says why when it fails. */
  async #checkBucket(context: S3ErrorContext): Promise<void> {
    try {
      await this.#client.send(
        new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: this.#prefix, MaxKeys: 1 }),
      );
      this.#bucketSeen = true;
    } catch (error) {
      throw fromS3Error(error, context);
    }
  }

  /** A retry of a write whose answer was lost is refused by the precondition that the first try itself broke. */
  async #wroteBy(key: string, writer: string): Promise<{ etag?: string } | undefined> {
    try {
      const found = await this.#client.send(
        new HeadObjectCommand({ Bucket: this.#bucket, Key: this.#fullKey(key) }),
      );
      return found.Metadata?.[WRITER] === writer ? { etag: found.ETag } : undefined;
    } catch {
      return undefined;
    }
  }

  #fullKey(key: string): string {
    return this.#prefix + checkKey(key, this.url);
  }

  #context(operation: string, key: string): S3ErrorContext {
    const url = key === '' ? this.url : `${this.url}/${key}`;
    return { operation, url, bucket: this.#bucket, endpoint: this.#settings.endpoint };
  }
}

/** After a lost answer a second try is refused by what the first one did: the condition does not hold, the upload is gone. */
function mayBeDone(error: unknown): boolean {
  return attempts(error) > 1 || isStorageError(error, 'PRECONDITION', 'NOT_FOUND');
}

async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {}

function tooShort(context: S3ErrorContext, size: number, wanted: number, cause?: unknown): StorageError {
  return new StorageError('TRUNCATED', `bytes up to ${wanted} were asked for, the object has ${size}`, {
    operation: context.operation,
    url: context.url,
    hint: 'the object is shorter than what refers to it says: write it again',
    cause,
  });
}
