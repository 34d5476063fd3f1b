import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3';
import { setTimeout as sleep } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { StorageError } from './errors.ts';
import { fromS3Error, httpStatus, isUnreachable, type S3ErrorContext } from './s3-errors.ts';

export interface S3Body {
  /** Bytes from the start asked for to the end of the object (or of the range). */
  length: number;
  etag?: string;
  chunks: AsyncIterable<Uint8Array>;
}

interface BodyRequest {
  client: S3Client;
  bucket: string;
  /** The full key in the bucket. */
  key: string;
  start: number;
  /** Exclusive; default the object's end. */
  end?: number;
  context: S3ErrorContext;
}

/** Breaks in a row without a single new byte, after which reading gives up. */
const MAX_FRUITLESS_ATTEMPTS = 5;
const FIRST_DELAY_MS = 100;

/**
 * Opens an object's body for reading. The SDK retries requests but never a body that breaks or stalls half way: here
 * the rest is asked for again with `Range`, and with `If-Match` so that it is of the same version of the object.
 */
export async function openBody(request: BodyRequest): Promise<S3Body> {
  const first = await getFrom(request, request.start);
  const body = readable(first);
  const length = first.ContentLength ?? 0;
  return { length, etag: first.ETag, chunks: new ContinuedBody(request, body, length, first.ETag) };
}

async function getFrom(request: BodyRequest, from: number, etag?: string): Promise<GetObjectCommandOutput> {
  const { client, bucket, key, end, context } = request;
  // `bytes=0-` of an empty object is an error in HTTP, so the whole object is asked for without a range.
  const range = end !== undefined ? `bytes=${from}-${end - 1}` : from > 0 ? `bytes=${from}-` : undefined;
  try {
    return await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range: range, IfMatch: etag }));
  } catch (error) {
    if (etag !== undefined && httpStatus(error) === 412) {
      throw new StorageError('PRECONDITION', 'the object was rewritten while it was read', {
        operation: context.operation,
        url: context.url,
        hint: 'do not write to data that is being read; start the read again',
        cause: error,
      });
    }
    throw fromS3Error(error, context);
  }
}

function readable(output: GetObjectCommandOutput): Readable {
  const body: unknown = output.Body;
  if (!(body instanceof Readable)) throw new TypeError('the S3 client gave no readable body');
  // A body may fail while nobody reads it (the consumer is busy); the next read finds out and continues.
  body.on('error', () => undefined);
  return body;
}

/** Single use, like the stream it stands for. */
class ContinuedBody implements AsyncIterable<Uint8Array> {
  readonly #request: BodyRequest;
  readonly #length: number;
  readonly #etag: string | undefined;
  #body: Readable;
  #used = false;

  constructor(request: BodyRequest, body: Readable, length: number, etag: string | undefined) {
    this.#request = request;
    this.#body = body;
    this.#length = length;
    this.#etag = etag;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.#used) throw new Error('an object stream can be read only once');
    this.#used = true;
    let received = 0;
    let fruitless = 0;
    try {
      for (;;) {
        let failure: unknown;
        try {
          for await (const chunk of this.#body as AsyncIterable<Uint8Array>) {
            received += chunk.length;
            fruitless = 0;
            yield chunk;
          }
        } catch (error) {
          failure = error;
        }
        if (received >= this.#length) return;
        fruitless += 1;
        this.#body.destroy();
        if (fruitless > MAX_FRUITLESS_ATTEMPTS) throw this.#brokenOff(received, failure);
        await sleep(FIRST_DELAY_MS * 2 ** (fruitless - 1));
        try {
          this.#body = readable(await getFrom(this.#request, this.#request.start + received, this.#etag));
        } catch (error) {
          // The SDK has retried already; a server that is gone for a moment gets our further attempts.
          if (!(error instanceof StorageError) || error.code !== 'UNREACHABLE') throw error;
          if (fruitless >= MAX_FRUITLESS_ATTEMPTS) throw error;
        }
      }
    } finally {
      this.#body.destroy();
    }
  }

  #brokenOff(received: number, cause: unknown): StorageError {
    const { context, start } = this.#request;
    const at = `the connection broke at byte ${start + received} of ${start + this.#length}`;
    if (cause !== undefined && isUnreachable(cause)) {
      return new StorageError('UNREACHABLE', `${at}, and again at each attempt to continue`, {
        operation: context.operation,
        url: context.url,
        hint: 'check the network and the S3 server',
        cause,
      });
    }
    return new StorageError('TRUNCATED', `${at}, and the server has no more`, {
      operation: context.operation,
      url: context.url,
      hint: "the server's copy is damaged: write the object again",
      cause,
    });
  }
}
