import { gguf } from '@huggingface/gguf';
import { open, type FileHandle } from 'node:fs/promises';
import { PretrainedError } from '../errors.ts';
import { dequantise, ggmlType, type GgmlType } from './dequantise.ts';

/** A tensor of a GGUF file. */
export interface GgufTensor {
  /** llama.cpp's name: `blk.0.attn_q.weight` */
  name: string;
  type: GgmlType;
  /** Row-major, as Hugging Face has it: `[out, in]`. The file has the sides the other way round. */
  shape: readonly number[];
  /** Bytes from the begin of the file. */
  offset: number;
  bytes: number;
}

/**
 * An open GGUF file: its metadata, and tensors that are read one at a time. Header and tensor infos come from Hugging Face's
 * own parser, which reads them in pieces of 2 MB; no tensor is in memory until it is asked for.
 */
export class GgufFile {
  readonly path: string;
  readonly metadata: GgufMetadata;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
  readonly #handle: FileHandle;

  private constructor(
    path: string,
    metadata: GgufMetadata,
    tensors: ReadonlyMap<string, GgufTensor>,
    handle: FileHandle,
  ) {
    this.path = path;
    this.metadata = metadata;
    this.tensors = tensors;
    this.#handle = handle;
  }

  /** @throws PretrainedError BAD_GGUF, UNSUPPORTED_GGUF (a storage type) */
  static async open(path: string): Promise<GgufFile> {
    const handle = await open(path, 'r').catch((cause: unknown) => {
      throw bad(path, `it cannot be opened (${reason(cause)})`, cause);
    });
    try {
      const { metadata, tensorInfos, tensorDataOffset, littleEndian } = await gguf(path, {
        allowLocalFile: true,
      }).catch((cause: unknown) => {
        throw bad(path, `its header cannot be read: ${reason(cause)}`, cause);
      });
      if (!littleEndian) {
        throw new PretrainedError(
          'UNSUPPORTED_GGUF',
          `${path} is big-endian`,
          'Convert the model again, little-endian.',
        );
      }
      const { size } = await handle.stat();
      const tensors = new Map<string, GgufTensor>();
      for (const info of tensorInfos) {
        const type = ggmlType(info.dtype, `tensor '${info.name}' of ${path}`);
        const shape = info.shape.map(Number).reverse();
        const values = shape.reduce((product, side) => product * side, 1);
        if ((shape.at(-1) ?? 1) % type.values !== 0) {
          throw bad(path, `rows of '${info.name}' (${shape.join(' x ')}) are no whole ${type.name} blocks`);
        }
        const offset = Number(tensorDataOffset + info.offset);
        const bytes = (values / type.values) * type.bytes;
        if (offset + bytes > size)
          throw bad(path, `'${info.name}' would end at byte ${offset + bytes} of ${size}`);
        tensors.set(info.name, { name: info.name, type, shape, offset, bytes });
      }
      return new GgufFile(path, new GgufMetadata(path, metadata), tensors, handle);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Values `begin` to `end` (exclusive) of a tensor in float32, row-major; only the blocks that hold them are read. */
  async read(tensor: GgufTensor, begin: number, end: number): Promise<Float32Array> {
    const { type } = tensor;
    const firstBlock = Math.floor(begin / type.values);
    const blocks = Math.ceil(end / type.values) - firstBlock;
    const bytes = new Uint8Array(blocks * type.bytes);
    const start = tensor.offset + firstBlock * type.bytes;
    let done = 0;
    while (done < bytes.length) {
      const { bytesRead } = await this.#handle.read(bytes, done, bytes.length - done, start + done);
      if (bytesRead === 0) throw bad(this.path, `it ended in the middle of '${tensor.name}'`);
      done += bytesRead;
    }
    const skipped = firstBlock * type.values;
    return dequantise(type, bytes).subarray(begin - skipped, end - skipped);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** The key-value pairs of a GGUF file, checked when they are asked for. */
export class GgufMetadata {
  readonly #path: string;
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(path: string, values: object) {
    this.#path = path;
    this.#values = values as Record<string, unknown>;
  }

  has(key: string): boolean {
    return this.#values[key] !== undefined;
  }

  number(key: string, fallback?: number): number {
    const value = this.#values[key] ?? fallback;
    const number = typeof value === 'bigint' ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isFinite(number)) throw this.#wrong(key, value, 'a number');
    return number;
  }

  string(key: string, fallback?: string): string {
    const value = this.#values[key] ?? fallback;
    if (typeof value !== 'string') throw this.#wrong(key, value, 'a text');
    return value;
  }

  boolean(key: string, fallback: boolean): boolean {
    const value = this.#values[key] ?? fallback;
    if (typeof value !== 'boolean') throw this.#wrong(key, value, 'true or false');
    return value;
  }

  strings(key: string): string[] {
    return this.#list(key, (value) => typeof value === 'string', 'a list of texts');
  }

  numbers(key: string): number[] {
    return this.#list(key, (value) => typeof value === 'number', 'a list of numbers');
  }

  #list<T>(key: string, fits: (value: unknown) => boolean, wanted: string): T[] {
    const value = this.#values[key];
    if (!Array.isArray(value) || !value.every(fits)) throw this.#wrong(key, value, wanted);
    return value as T[];
  }

  #wrong(key: string, value: unknown, wanted: string): PretrainedError {
    const found = value === undefined ? 'missing' : Array.isArray(value) ? 'a list' : String(value);
    return bad(this.#path, `its '${key}' is ${found}, ${wanted} is needed`);
  }
}

function bad(path: string, why: string, cause?: unknown): PretrainedError {
  return new PretrainedError(
    'BAD_GGUF',
    `${path} is no GGUF file that can be used: ${why}`,
    'Check the path, or fetch the file again.',
    cause,
  );
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
