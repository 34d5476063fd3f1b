import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { PutOptions } from './types.ts';

export interface Upload {
  client: S3Client;
  bucket: string;
  key: string;
  metadata: Record<string, string>;
  options: PutOptions;
}

const MULTIPART_FROM_BYTES = 32 * 2 ** 20;
const PART_BYTES = 16 * 2 ** 20;
const MAX_PARTS = 9_000;
const PARALLEL_PARTS = 4;

/** Sends one object, in parts when it is big. The preconditions are checked when the object would become visible. */
export async function upload(o: Upload, data: Uint8Array): Promise<{ etag?: string }> {
  if (data.length < MULTIPART_FROM_BYTES) return uploadWhole(o, data);
  const partBytes = Math.max(PART_BYTES, Math.ceil(data.length / MAX_PARTS));
  async function* parts(): AsyncGenerator<Uint8Array, void> {
    for (let at = 0; at < data.length; at += partBytes) yield data.subarray(at, at + partBytes);
  }
  return uploadParts(o, parts());
}

/** The same for chunks of any size and an unknown number of them; a few parts are in memory at a time. */
export async function uploadChunks(o: Upload, chunks: AsyncIterable<Uint8Array>): Promise<{ etag?: string }> {
  const parts = partsOf(chunks);
  const first = await parts.next();
  if (first.done) return uploadWhole(o, new Uint8Array(0));
  const second = await parts.next();
  if (second.done) return uploadWhole(o, first.value);
  async function* all(): AsyncGenerator<Uint8Array, void> {
    yield first.value as Uint8Array;
    yield second.value as Uint8Array;
    yield* parts;
  }
  return uploadParts(o, all());
}

async function uploadWhole(o: Upload, data: Uint8Array): Promise<{ etag?: string }> {
  const done = await o.client.send(
    new PutObjectCommand({
      Bucket: o.bucket,
      Key: o.key,
      Body: data,
      ContentLength: data.length,
      Metadata: o.metadata,
      ContentType: o.options.contentType,
      IfNoneMatch: o.options.ifNoneMatch ? '*' : undefined,
      IfMatch: o.options.ifMatch,
    }),
  );
  return { etag: done.ETag };
}

/** The chunks' bytes in parts of PART_BYTES (the last one may be shorter); larger ones later, for the limit on their number. */
async function* partsOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let part = new Uint8Array(PART_BYTES);
  let used = 0;
  let sent = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length;) {
      const taken = Math.min(part.length - used, chunk.length - at);
      part.set(chunk.subarray(at, at + taken), used);
      used += taken;
      at += taken;
      if (used < part.length) continue;
      yield part;
      sent++;
      // All parts but the last must have one size on some servers, so it only grows far beyond the usual: from 70 GB on.
      part = new Uint8Array(sent < MAX_PARTS / 2 ? PART_BYTES : 8 * PART_BYTES);
      used = 0;
    }
  }
  if (used > 0) yield part.subarray(0, used);
}

async function uploadParts(o: Upload, parts: AsyncGenerator<Uint8Array, void>): Promise<{ etag?: string }> {
  const target = { Bucket: o.bucket, Key: o.key };
  const created = await o.client.send(
    new CreateMultipartUploadCommand({ ...target, Metadata: o.metadata, ContentType: o.options.contentType }),
  );
  const upload = { ...target, UploadId: created.UploadId };
  const etags: (string | undefined)[] = [];
  let count = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    // An async generator queues the calls of several workers, and answers them in order.
    for (;;) {
      const { value: body, done } = failed ? { value: undefined, done: true } : await parts.next();
      if (done || !body) return;
      const part = count++;
      const sent = await o.client.send(
        new UploadPartCommand({ ...upload, PartNumber: part + 1, Body: body, ContentLength: body.length }),
      );
      etags[part] = sent.ETag;
    }
  };
  try {
    const workers = Array.from({ length: PARALLEL_PARTS }, () =>
      worker().catch((error: unknown) => {
        failed = true;
        throw error;
      }),
    );
    const ended = await Promise.allSettled(workers);
    const bad = ended.find((end) => end.status === 'rejected');
    if (bad) throw (bad as PromiseRejectedResult).reason;
    const done = await o.client.send(
      new CompleteMultipartUploadCommand({
        ...upload,
        MultipartUpload: { Parts: etags.map((ETag, i) => ({ ETag, PartNumber: i + 1 })) },
        IfNoneMatch: o.options.ifNoneMatch ? '*' : undefined,
        IfMatch: o.options.ifMatch,
      }),
    );
    return { etag: done.ETag };
  } catch (error) {
    // Parts of an upload that is never completed stay on the server and cost space.
    await o.client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
}
