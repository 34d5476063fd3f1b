import { isStorageError, openStorage, type ObjectStorage, type Patience } from '@ovis/storage';
import { backgroundUploader } from './background-uploader.ts';
import { commitCheckpoint, type SavedCheckpoint } from './commit.ts';
import { CheckpointError } from './errors.ts';
import { LastingFiles } from './lasting-files.ts';
import { STATE_FILE, checkId, join, type Manifest, type ManifestFile, type TrainState } from './manifest.ts';
import { Leftovers, REMOVAL_MS } from './leftovers.ts';
import { planFiles, type PlannedFile, type StateTensor } from './plan.ts';
import type { CheckpointReader } from './reader.ts';
import { joinNames, referencesOf } from './references.ts';
import { removeFiles } from './save.ts';
import { awaitShares, incomplete, shareKey, writeShare, type Share } from './share.ts';
import { Staging, readPlanned, type ReadState } from './staging.ts';
import { memorySource, uploadFile, type UploadOptions } from './upload-file.ts';
import { setTimeout as sleep } from 'node:timers/promises';

export interface CheckpointerOptions {
  /** The folder of the run's checkpoints. */
  url: string;
  /** Where credentials and endpoints come from. Default process.env. */
  env?: NodeJS.ProcessEnv;
  rank: number;
  world: number;
  /** A folder name that the ranks of this gang and generation share, and nobody else uses. */
  attempt: string;
  writer?: Manifest['writer'];
  /** The whole state of the gang, the same list on every rank. */
  tensors: readonly StateTensor[];
  /** Copies this rank's state as it is when it is called. */
  read: ReadState;
  /** The checkpoint that the weights came from: its files of what is not trained are referred to, if they lie under `url`. */
  base?: CheckpointReader;
  /** E.g. config.json, tokenizer.json. */
  extraFiles?: Record<string, Uint8Array>;
  maxFileBytes?: number;
  /** See PlanOptions. */
  dealFromBytes?: number;
  chunkBytes?: number;
  /** Parts of an upload that are under way at the same time. */
  parallel?: number;
  /** How long a storage that is away is tried again, and other ranks' shares are waited for, ms. Default 10 minutes. */
  patienceMs?: number;
  /** Rank 0: a checkpoint has become visible. Awaited before the next save begins. */
  onSaved?: (saved: BackgroundSave) => void | Promise<void>;
  /** A save failed; the next one is tried all the same. */
  onFailed?: (error: unknown, id: string) => void;
  onWarning?: (message: string) => void;
}

/** What a checkpoint cost the training. */
export interface Stall {
  /** For the checkpoint before, whose upload was still under way. */
  waitMs: number;
  /** For the copy into host memory. */
  snapshotMs: number;
}

export interface BackgroundSave extends SavedCheckpoint {
  step: number;
  stall: Stall;
  /** From the snapshot to the manifest. */
  totalMs: number;
}

export interface SaveRequest {
  id: string;
  /** All but what the ranks have of their own. */
  state: Omit<TrainState, 'cursors' | 'world'>;
  /** Where this rank's readers of data stand. */
  cursors: unknown[];
  metrics?: Record<string, number>;
}

type Files = Record<string, ManifestFile>;

const PATIENCE_MS = 600_000;

/**
 * Saves checkpoints while the training goes on. `save` copies this rank's share of what changes into host memory; a thread of its own
 * then writes it. Rank 0 waits, in the background, for the shares of the others and makes the checkpoint visible. The ranks do not
 * wait for each other. One checkpoint at most is behind: the next `save` waits for the one before, and says how long.
 */
export class AsyncCheckpointer {
  readonly #o: CheckpointerOptions;
  readonly #storage: ObjectStorage;
  readonly #abort = new AbortController();
  readonly #patience: Patience;
  readonly #staging: Staging;
  readonly #lasting: LastingFiles;
  readonly #leftovers: Leftovers;
  #running: Promise<BackgroundSave | undefined> = Promise.resolve(undefined);
  /** Whether the last save has ended. */
  #ended = true;
  /** For how long the training has waited for it so far, ms. */
  #waitedMs = 0;
  #failure: { error: unknown } | undefined;
  /** What the last save wrote, should it have to be taken away. */
  #written: { id: string; names: ReadonlySet<string> } | undefined;

  constructor(options: CheckpointerOptions) {
    this.#o = options;
    const { url, env, rank, attempt, base, tensors, extraFiles = {} } = options;
    this.#storage = openStorage(url, env);
    this.#patience = { patienceMs: options.patienceMs ?? PATIENCE_MS, signal: this.#abort.signal };
    this.#leftovers = new Leftovers({ ...options, storage: this.#storage, patience: this.#patience });
    const { references, covered, rest } = referencesOf(this.#storage.url, base, tensors);
    const own = planFiles(rest, options).filter((file) => file.rank === rank);
    // What no rank has of its own is rank 0's to see to.
    const first = rank === 0;
    this.#lasting = new LastingFiles({
      storage: this.#storage,
      attempt,
      patience: this.#patience,
      planned: own.filter(({ trained }) => !trained),
      extraFiles: first ? extraFiles : {},
      base: first && covered.length > 0 ? { references, covered, extra: base!.manifest.files } : undefined,
    });
    this.#staging = new Staging(own.filter(({ trained }) => trained));
    backgroundUploader().touch(this.#staging.memory);
  }

  /** Host memory that this rank holds for snapshots, as long as the checkpointer lives. */
  get stagingBytes(): number {
    return this.#staging.bytes;
  }

  /** Waits for the last save, but no longer than that. @returns whether it has ended, well or not */
  async settled(withinMs: number): Promise<boolean> {
    if (this.#ended) return true;
    const began = performance.now();
    const limit = new AbortController();
    await Promise.race([
      this.#running,
      sleep(withinMs, undefined, { signal: limit.signal }).catch(() => undefined),
    ]);
    limit.abort();
    this.#waitedMs += performance.now() - began;
    return this.#ended;
  }

  /**
   * Takes a snapshot; when it resolves, the training may go on. It waits for the checkpoint before, however that ends: its failure
   * went to `onFailed`, and does not keep this one from being tried.
   */
  async save(request: SaveRequest): Promise<Stall> {
    checkId(request.id);
    const began = performance.now();
    await this.#running;
    this.#abort.signal.throwIfAborted();
    const waited = performance.now();
    this.#staging.fill(this.#o.read);
    const stall = { waitMs: this.#waitedMs + waited - began, snapshotMs: performance.now() - waited };
    this.#waitedMs = 0;
    this.#failure = undefined;
    this.#ended = false;
    this.#running = this.#write(request, stall, waited)
      .catch((error: unknown) => {
        this.#failure = { error };
        if (!this.#abort.signal.aborted) this.#o.onFailed?.(error, request.id);
        return undefined;
      })
      .finally(() => (this.#ended = true));
    return stall;
  }

  /**
   * Waits for the last save: on rank 0 until the checkpoint is visible, on the others until their shares are written.
   * @throws what it failed with
   */
  async drain(): Promise<BackgroundSave | undefined> {
    const saved = await this.#running;
    if (this.#failure) throw this.#failure.error;
    return saved;
  }

  /** Takes away what this rank wrote for the last checkpoint, which will never be complete: another rank failed. */
  async discard(): Promise<void> {
    const written = this.#written;
    await this.#running;
    this.#lasting.forget();
    if (written) await this.#leftovers.remove(written.id, [...written.names], [this.#o.rank]);
  }

  /** Rank 0: takes away what ranks wrote for saves that failed. Once nobody writes any more nothing is left of them. */
  async tidy(): Promise<void> {
    await this.#leftovers.tidy();
  }

  /**
   * Gives up what is under way, and takes its files away as far as possible.
   * @param reason what a `save` throws that still waits for the checkpoint before
   */
  async close(reason: unknown = new Error('the checkpointer was closed')): Promise<void> {
    this.#abort.abort(reason);
    await Promise.all([this.#running, this.#leftovers.told]);
    // A storage that is away does not keep anybody: what stays is invisible, and swept in time.
    const limit = sleep(REMOVAL_MS, undefined, { ref: false });
    await Promise.race([this.#leftovers.tidy(), limit]);
  }

  async #write(request: SaveRequest, stall: Stall, began: number): Promise<BackgroundSave | undefined> {
    const { rank, world, attempt } = this.#o;
    const { id } = request;
    const staged = this.#staging.files.map(({ file }) => file);
    // Every name that this save may write under; the files are gone again when it fails.
    const names = new Set(staged.map(({ name }) => name));
    this.#written = { id, names };
    let committing = false;
    await this.#leftovers.tidy();
    try {
      const work = await this.#lasting.prepare(names);
      for (const { name } of [...work.files, ...work.extraFiles]) names.add(name);
      const [trained, lasting] = await allOrNone([
        this.#writeStaged(id),
        this.#writeLasting(id, work.files, work.extraFiles),
      ]);
      this.#lasting.wrote(id, lasting);
      const share: Share = {
        rank,
        world,
        files: { ...work.references.files, ...trained, ...lasting },
        parts: joinNames([work.references.parts, partsOf([...staged, ...work.files])]),
        cursors: request.cursors,
      };
      if (rank !== 0) {
        if (await writeShare(this.#storage, { prefix: '', id, attempt }, share, this.#patience))
          return undefined;
        throw incomplete(id, 'rank 0 has given it up');
      }
      const shares = await this.#allShares(id, share);
      committing = true;
      const saved = await this.#commit(request, shares);
      this.#written = undefined;
      const done = { ...saved, step: request.state.step, stall, totalMs: performance.now() - began };
      await this.#tell(done);
      return done;
    } catch (error) {
      // After most failures of the storage at the end the manifest may be there all the same, and then it needs its files.
      const refused = error instanceof CheckpointError || isStorageError(error, 'DISK_FULL');
      const keep = committing && !refused;
      this.#lasting.forget();
      const failed = error instanceof Error ? error.message : String(error);
      if (keep) this.#written = undefined;
      else if (rank === 0) await this.#leftovers.giveUp(id, failed, [...names, STATE_FILE]);
      else await this.#leftovers.refuse(id, failed, [...names]);
      throw error;
    }
  }

  async #tell(saved: BackgroundSave): Promise<void> {
    try {
      await this.#o.onSaved?.(saved);
    } catch (error) {
      this.#o.onWarning?.(`after checkpoint '${saved.id}': ${String(error)}`);
    }
  }

  async #allShares(id: string, own: Share): Promise<Share[]> {
    const others = Array.from({ length: this.#o.world - 1 }, (_, i) => i + 1);
    const at = { prefix: '', id, attempt: this.#o.attempt };
    return [own, ...(await awaitShares(this.#storage, at, others, this.#patience))];
  }

  async #commit(request: SaveRequest, shares: readonly Share[]): Promise<SavedCheckpoint> {
    const { world, attempt, writer, chunkBytes } = this.#o;
    const { id, state, metrics } = request;
    const saved = await commitCheckpoint(this.#storage, {
      prefix: '',
      id,
      attempt,
      files: Object.assign({}, ...shares.map(({ files }) => files)) as Files,
      parts: joinNames(shares.map(({ parts }) => parts)),
      state: { ...state, world, cursors: shares.flatMap(({ cursors }) => cursors) },
      metrics,
      writer,
      // A stage that is run again comes by the same steps again.
      replace: true,
      chunkBytes,
      patience: this.#untilItFails(),
    });
    if (saved.warning) this.#o.onWarning?.(saved.warning);
    // What they say stands in the manifest now.
    const told = shares.map(({ rank }) => shareKey('', id, attempt, rank));
    await removeFiles(this.#storage, '', told);
    return saved;
  }

  /** What is whole is made visible, even while this rank ends: it takes three small files. Only a storage that is away is not waited for. */
  #untilItFails(): Patience {
    const { patienceMs, signal } = this.#patience;
    let failed = false;
    return {
      patienceMs,
      onRetry: () => (failed = true),
      get signal() {
        return failed ? signal : undefined;
      },
    };
  }

  async #writeStaged(id: string): Promise<Files> {
    const { url, env = process.env, attempt, chunkBytes, parallel } = this.#o;
    const { files, memory } = this.#staging;
    if (files.length === 0) return {};
    const keyOf = ({ name }: PlannedFile): string => join(id, attempt, name);
    const written = await backgroundUploader().upload(
      {
        url,
        env: { ...env },
        prefix: '',
        memory,
        files: files.map(({ file, offset }) => ({
          key: keyOf(file),
          offset,
          bytes: file.bytes,
          headerBytes: file.header.length,
        })),
        chunkBytes,
        parallel,
        patienceMs: this.#patience.patienceMs,
      },
      { signal: this.#abort.signal, onRetry: (error) => this.#retries(id, error) },
    );
    return Object.fromEntries(
      files.map(({ file }) => [file.name, { key: keyOf(file), ...written[keyOf(file)]! }]),
    );
  }

  /** What does not change is read where it lies, chunk by chunk, and needs no staging memory. */
  async #writeLasting(
    id: string,
    files: readonly PlannedFile[],
    extraFiles: readonly { name: string; bytes: Uint8Array }[],
  ): Promise<Files> {
    const { attempt, chunkBytes, parallel, read } = this.#o;
    const options: UploadOptions = {
      chunkBytes,
      parallel,
      ...this.#patience,
      onRetry: (error) => this.#retries(id, error),
    };
    const sources = [
      ...files.map((file) => ({
        name: file.name,
        source: {
          bytes: file.bytes,
          headerBytes: file.header.length,
          read: (begin: number, end: number) => readPlanned(file, read, begin, end),
        },
      })),
      ...extraFiles.map(({ name, bytes }) => ({ name, source: memorySource(bytes) })),
    ];
    const written: Files = {};
    for (const { name, source } of sources) {
      const key = join(id, attempt, name);
      written[name] = { key, ...(await uploadFile(this.#storage, key, source, options)) };
    }
    return written;
  }

  #retries(id: string, error: Error): void {
    this.#o.onWarning?.(`checkpoint '${id}': ${error.message}; trying again`);
  }
}

function partsOf(planned: readonly PlannedFile[]): Record<string, string[]> {
  const parts: Record<string, string[]> = {};
  for (const { name, part } of planned) (parts[part] ??= []).push(name);
  return parts;
}

/** The results of all, or the first failure once all have ended: nothing goes on behind the caller's back. */
async function allOrNone(work: [Promise<Files>, Promise<Files>]): Promise<[Files, Files]> {
  const [first, second] = await Promise.allSettled(work);
  if (first.status === 'rejected') throw first.reason;
  if (second.status === 'rejected') throw second.reason;
  return [first.value, second.value];
}
