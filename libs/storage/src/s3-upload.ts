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
  data: Uint8Array;
  metadata: Record<string, string>;
  options: PutOptions;
}

const MULTIPART_FROM_BYTES = 32 * 2 ** 20;
const PART_BYTES = 16 * 2 ** 20;
const MAX_PARTS = 9_000;
const PARALLEL_PARTS = 4;

/** Sends one object, in parts when it is big. The preconditions are checked when the object would become visible. */
export async function upload(o: Upload): Promise<{ etag?: string }> {
  if (o.data.length >= MULTIPART_FROM_BYTES) return uploadParts(o);
  const done = await o.client.send(
    new PutObjectCommand({
      Bucket: o.bucket,
      Key: o.key,
      Body: o.data,
      ContentLength: o.data.length,
      Metadata: o.metadata,
      ContentType: o.options.contentType,
      IfNoneMatch: o.options.ifNoneMatch ? '*' : undefined,
      IfMatch: o.options.ifMatch,
    }),
  );
  return { etag: done.ETag };
}

async function uploadParts(o: Upload): Promise<{ etag?: string }> {
  const target = { Bucket: o.bucket, Key: o.key };
  const created = await o.client.send(
    new CreateMultipartUploadCommand({ ...target, Metadata: o.metadata, ContentType: o.options.contentType }),
  );
  const upload = { ...target, UploadId: created.UploadId };
  const partBytes = Math.max(PART_BYTES, Math.ceil(o.data.length / MAX_PARTS));
  const count = Math.ceil(o.data.length / partBytes);
  const etags = new Array<string | undefined>(count);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let part = next++; part < count; part = next++) {
      const body = o.data.subarray(part * partBytes, (part + 1) * partBytes);
      const sent = await o.client.send(
        new UploadPartCommand({ ...upload, PartNumber: part + 1, Body: body, ContentLength: body.length }),
      );
      etags[part] = sent.ETag;
    }
  };
  try {
    await Promise.all(Array.from({ length: PARALLEL_PARTS }, worker));
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
    next = count;
    // Parts of an upload that is never completed stay on the server and cost space.
    await o.client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
}
