import { type ObjectStorage } from '@ovis/storage';
import { CheckpointError } from './errors.ts';
import {
  DTYPES,
  bytesOf,
  elementCount,
  type Dtype,
  type HostTensor,
  type TensorData,
} from './host-tensors.ts';
import { STATE_FILE, inParallel, join, readManifest, type Manifest, type TrainState } from './manifest.ts';
import type { CheckpointPart } from './parts.ts';
import { SLICES, type Slices } from './plan.ts';
import { LENGTH_BYTES, parseHeader } from './safetensors-header.ts';
import type { StoredTensor } from './stored-tensors.ts';
import { VerifiedFile, damaged, type Segment } from './verified-chunks.ts';

/** Where a tensor lies: whole, or in pieces that several ranks wrote. */
export interface TensorPlace {
  part: CheckpointPart;
  dtype: Dtype;
  shape: number[];
  /** In the order of its elements; together they are all of it. */
  pieces: { file: string; /** Byte of the file. */ at: number; begin: number; end: number }[];
}

/** Elements of a tensor that are wanted, and where. */
export interface TensorRequest {
  name: string;
  /** The first element wanted; default 0. */
  begin?: number;
  /** Of the tensor's own element type; its length says how many elements. */
  target: TensorData;
}

export interface ReadOptions {
  /** Chunks on their way at the same time. Default 6. */
  parallel?: number;
}

const PARALLEL_CHUNKS = 6;
const PARALLEL_FILES = 8;

/** A checkpoint that is read where it is needed: any tensor, any range, straight into the caller's arrays; every byte is checked. */
export class CheckpointReader {
  readonly storage: ObjectStorage;
  readonly prefix: string;
  readonly manifest: Manifest;
  readonly state: TrainState;
  /** The extra files: config.json, tokenizer.json, ... */
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly tensors: ReadonlyMap<string, TensorPlace>;
  readonly #cache = new Map<string, Promise<Uint8Array>>();
  readonly #problems = new Map<string, Promise<CheckpointError | undefined>>();

  private constructor(
    at: { storage: ObjectStorage; prefix: string },
    read: Pick<CheckpointReader, 'manifest' | 'state' | 'files' | 'tensors'>,
  ) {
    this.storage = at.storage;
    this.prefix = at.prefix;
    this.manifest = read.manifest;
    this.state = read.state;
    this.files = read.files;
    this.tensors = read.tensors;
  }

  /**
   * Reads the manifest, the small files and the headers; undefined when there is no checkpoint of that id.
   * @param parts only these; default all
   * @throws CheckpointError CORRUPT, UNSUPPORTED
   */
  static async open(
    storage: ObjectStorage,
    prefix: string,
    id: string,
    parts?: readonly CheckpointPart[],
  ): Promise<CheckpointReader | undefined> {
    const manifest = await readManifest(storage, prefix, id);
    if (manifest === undefined) return undefined;
    const partOfFile = new Map<string, CheckpointPart>();
    for (const [part, names] of Object.entries(manifest.parts)) {
      for (const name of names) partOfFile.set(name, part as CheckpointPart);
    }
    const places = new Map<string, TensorPlace>();
    const files: Record<string, Uint8Array> = {};
    const names = new Set([...Object.keys(manifest.files), ...partOfFile.keys(), STATE_FILE]);
    await inParallel(names, PARALLEL_FILES, async (name) => {
      const part = partOfFile.get(name);
      if (part !== undefined && parts !== undefined && !parts.includes(part)) return;
      const file = new VerifiedFile(storage, prefix, manifest, name);
      if (part === undefined) files[name] = await file.readAll();
      else addPlaces(places, part, name, await file.readHeader(), file.file.bytes, id);
    });
    checkPieces(places, id);
    const { [STATE_FILE]: stateBytes, ...extra } = files;
    const state = JSON.parse(new TextDecoder().decode(stateBytes)) as TrainState;
    return new CheckpointReader({ storage, prefix }, { manifest, state, files: extra, tensors: places });
  }

  /** Fills all targets. @throws CheckpointError CORRUPT, with the file and the bytes; RangeError for what no tensor has */
  async read(requests: readonly TensorRequest[], o: ReadOptions = {}): Promise<void> {
    const segments = new Map<string, Segment[]>();
    for (const request of requests) this.#place(request, segments);
    const units = [...segments].flatMap(([name, list]) => this.#file(name).units(list));
    await inParallel(units, o.parallel ?? PARALLEL_CHUNKS, (unit) => unit());
  }

  /** Whole tensors, in memory of their own. */
  async readTensors(names: Iterable<string>, o: ReadOptions = {}): Promise<Record<string, HostTensor>> {
    const tensors: Record<string, HostTensor> = {};
    for (const name of names) {
      const { dtype, shape } = this.#placeOf(name);
      const count = elementCount(shape);
      const data = DTYPES[dtype].view(new ArrayBuffer(count * DTYPES[dtype].bytes), 0, count);
      tensors[name] = { dtype, shape: [...shape], data };
    }
    await this.read(
      Object.entries(tensors).map(([name, { data }]) => ({ name, target: data })),
      o,
    );
    return tensors;
  }

  /** A tensor that is read when it is used; its chunks are checked then. */
  stored(name: string): StoredTensor {
    const { dtype, shape, pieces } = this.#placeOf(name);
    const width = DTYPES[dtype].bytes;
    return {
      dtype,
      shape: [...shape],
      pieces: pieces.map(({ file, at, begin, end }) => ({
        length: (end - begin) * width,
        read: (from, to) => this.#readCached(file, at + from, at + to),
      })),
    };
  }

  /** Names of the tensors in each safetensors file. */
  tensorsByFile(): Map<string, string[]> {
    const byFile = new Map<string, string[]>();
    for (const [name, { pieces }] of this.tensors) {
      for (const { file } of pieces) byFile.set(file, [...(byFile.get(file) ?? []), name]);
    }
    return byFile;
  }

  #file(name: string): VerifiedFile {
    return new VerifiedFile(this.storage, this.prefix, this.manifest, name);
  }

  #placeOf(name: string): TensorPlace {
    const place = this.tensors.get(name);
    if (place) return place;
    throw new RangeError(`checkpoint '${this.manifest.id}' has no tensor '${name}'`);
  }

  #place({ name, begin = 0, target }: TensorRequest, segments: Map<string, Segment[]>): void {
    const { dtype, shape, pieces } = this.#placeOf(name);
    const width = DTYPES[dtype].bytes;
    const end = begin + target.length;
    if (target.BYTES_PER_ELEMENT !== width || begin < 0 || end > elementCount(shape)) {
      throw new RangeError(
        `elements ${begin} to ${end} of ${target.BYTES_PER_ELEMENT} bytes are not in '${name}', ${dtype} [${shape.join(', ')}]`,
      );
    }
    const bytes = bytesOf(target);
    for (const piece of pieces) {
      const from = Math.max(begin, piece.begin);
      const to = Math.min(end, piece.end);
      if (from >= to) continue;
      const list = segments.get(piece.file) ?? [];
      segments.set(piece.file, list);
      list.push({
        begin: piece.at + (from - piece.begin) * width,
        target: bytes.subarray((from - begin) * width, (to - begin) * width),
      });
    }
  }

  /** Ranges that are read one behind the other share the chunk that they lie in. */
  async #readCached(file: string, begin: number, end: number): Promise<Uint8Array> {
    const chunkBytes = this.manifest.chunkBytes;
    if (chunkBytes === undefined) return this.#readWhenWhole(file, begin, end);
    const result = new Uint8Array(end - begin);
    for (let at = begin; at < end;) {
      const index = Math.floor(at / chunkBytes);
      const chunk = await this.#chunk(file, index);
      const from = at - index * chunkBytes;
      const taken = Math.min(chunk.length - from, end - at);
      result.set(chunk.subarray(from, from + taken), at - begin);
      at += taken;
    }
    return result;
  }

  /** Version 1: all of the file is checked once, before the first range of it is read. */
  async #readWhenWhole(name: string, begin: number, end: number): Promise<Uint8Array> {
    const file = this.#file(name);
    let problem = this.#problems.get(name);
    if (problem === undefined) this.#problems.set(name, (problem = file.problem()));
    const error = await problem;
    if (error) throw error;
    return this.storage.range(join(this.prefix, file.file.key), begin, end);
  }

  #chunk(file: string, index: number): Promise<Uint8Array> {
    const key = `${file}/${index}`;
    let chunk = this.#cache.get(key);
    if (chunk === undefined) {
      const chunkBytes = this.manifest.chunkBytes!;
      const begin = index * chunkBytes;
      chunk = this.#readRange(file, begin, Math.min(begin + chunkBytes, this.#file(file).file.bytes));
      chunk.catch(() => this.#cache.delete(key));
    } else this.#cache.delete(key);
    // The last used ones are at the end; two are enough for a reader that goes from one to the next.
    this.#cache.set(key, chunk);
    for (const old of [...this.#cache.keys()].slice(0, -2)) this.#cache.delete(old);
    return chunk;
  }

  async #readRange(file: string, begin: number, end: number): Promise<Uint8Array> {
    const target = new Uint8Array(end - begin);
    for (const unit of this.#file(file).units([{ begin, target }])) await unit();
    return target;
  }
}

function addPlaces(
  places: Map<string, TensorPlace>,
  part: CheckpointPart,
  file: string,
  header: Uint8Array,
  fileBytes: number,
  id: string,
): void {
  const length = Number(new DataView(header.buffer, header.byteOffset).getBigUint64(0, true));
  const { spans, metadata } = parseHeader(header.subarray(LENGTH_BYTES, LENGTH_BYTES + length), fileBytes);
  const slices = JSON.parse(metadata[SLICES] ?? '{}') as Slices;
  for (const [entry, { dtype, shape, begin: at }] of Object.entries(spans)) {
    const slice = slices[entry] ?? { name: entry, shape, begin: 0 };
    const place = places.get(slice.name) ?? { part, dtype, shape: slice.shape, pieces: [] };
    if (place.dtype !== dtype || place.shape.join() !== slice.shape.join()) {
      throw damaged(id, `'${slice.name}' has several types or shapes (${file})`);
    }
    places.set(slice.name, place);
    place.pieces.push({ file, at, begin: slice.begin, end: slice.begin + elementCount(shape) });
  }
}

function checkPieces(places: Map<string, TensorPlace>, id: string): void {
  for (const [name, { shape, pieces }] of places) {
    pieces.sort((a, b) => a.begin - b.begin);
    let at = 0;
    for (const { begin, end } of pieces) {
      if (begin !== at) throw damaged(id, `'${name}' lacks elements ${at} to ${begin}`);
      at = end;
    }
    if (at !== elementCount(shape)) throw damaged(id, `'${name}' lacks elements from ${at} on`);
  }
}

/** Whether a failure says that another checkpoint should be used. */
export function isDamage(error: unknown): error is CheckpointError {
  return error instanceof CheckpointError && ['CORRUPT', 'BAD_SAFETENSORS'].includes(error.code);
}
