import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3';
import { StorageError } from './errors.ts';
import { inParallel } from './in-parallel.ts';
import { fromS3Error, type S3ErrorContext } from './s3-errors.ts';
import type { Upload } from './s3-upload.ts';
import { withPatience } from './patience.ts';
import type { PutRangesOptions, RangeSource } from './types.ts';

const PART_BYTES = 16 * 2 ** 20;
const MAX_PARTS = 10_000;
const PARALLEL_PARTS = 4;

/**
 * An object in parts that are sent side by side. The payload's sha256 is left out of the signature (as in every presigned request): it
 * would cost more than all the rest. With the source's CRC-32s the server checks what arrives.
 */
export async function uploadRanges(
  o: Upload,
  source: RangeSource,
  options: PutRangesOptions,
  context: S3ErrorContext,
): Promise<{ etag?: string }> {
  const partBytes = options.partBytes ?? PART_BYTES;
  const count = Math.max(1, Math.ceil(source.bytes / partBytes));
  if (count > MAX_PARTS) {
    throw new StorageError(
      'FAILED',
      `${source.bytes} bytes in parts of ${partBytes} are more than ${MAX_PARTS}`,
      {
        operation: 'write',
        url: context.url,
        hint: 'write smaller objects, or larger parts',
      },
    );
  }
  const sent = <T>(work: () => Promise<T>): Promise<T> =>
    withPatience(
      () =>
        work().catch((error: unknown) => {
          options.signal?.throwIfAborted();
          throw fromS3Error(error, context);
        }),
      { patienceMs: options.patienceMs ?? 0, onRetry: options.onRetry, signal: options.signal },
    );
  const abort = { abortSignal: options.signal };
  const target = { Bucket: o.bucket, Key: o.key };
  const head = { ...target, Metadata: o.metadata, ContentType: options.contentType };
  const conditions = {
    IfNoneMatch: options.ifNoneMatch ? '*' : undefined,
    IfMatch: options.ifMatch,
  };
  if (count === 1) {
    const Body = await source.read(0, source.bytes);
    const ChecksumCRC32 = base64Of(source.crc32?.(0, source.bytes));
    return sent(async () => {
      const command = new PutObjectCommand({
        ...head,
        ...conditions,
        Body,
        ContentLength: Body.length,
        ChecksumCRC32,
      });
      return { etag: (await o.client.send(unsigned(command), abort)).ETag };
    });
  }

  const created = await sent(() =>
    o.client.send(
      new CreateMultipartUploadCommand({ ...head, ChecksumAlgorithm: source.crc32 && 'CRC32' }),
      abort,
    ),
  );
  const upload = { ...target, UploadId: created.UploadId };
  try {
    const parts: CompletedPart[] = [];
    await inParallel(options.parallel ?? PARALLEL_PARTS, count, async (index) => {
      const begin = index * partBytes;
      const end = Math.min(begin + partBytes, source.bytes);
      const Body = await source.read(begin, end);
      const part = { PartNumber: index + 1, ChecksumCRC32: base64Of(source.crc32?.(begin, end)) };
      const done = await sent(() =>
        o.client.send(
          unsigned(new UploadPartCommand({ ...upload, ...part, Body, ContentLength: Body.length })),
          abort,
        ),
      );
      parts[index] = { ...part, ETag: done.ETag };
    });
    return await sent(async () => {
      const command = new CompleteMultipartUploadCommand({
        ...upload,
        ...conditions,
        MultipartUpload: { Parts: parts },
      });
      return { etag: (await o.client.send(command, abort)).ETag };
    });
  } catch (error) {
    // Parts of an upload that is never completed stay on the server and cost space.
    await o.client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
}

/** The checksum as S3 has it: 4 bytes, big-endian. */
function base64Of(crc32: number | undefined): string | undefined {
  if (crc32 === undefined) return undefined;
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32);
  return bytes.toString('base64');
}

/** The signer takes the payload's hash from this header instead of computing it. */
function unsigned<T extends PutObjectCommand | UploadPartCommand>(command: T): T {
  const stack = command.middlewareStack as PutObjectCommand['middlewareStack'];
  stack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
      return next(args);
    },
    { step: 'build', name: 'unsignedPayload' },
  );
  return command;
}
