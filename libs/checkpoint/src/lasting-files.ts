import { isStorageError, withPatience, type ObjectStorage, type Patience } from '@ovis/storage';
import { setTimeout as sleep } from 'node:timers/promises';
import { inParallel, readManifest, type ManifestFile } from './manifest.ts';
import { planFiles, type PlannedFile } from './plan.ts';
import { joinNames, sameFile, type References } from './references.ts';

/** Files that belong together and stay the same in all checkpoints of a stage. */
interface Lasting {
  /** What writes them. */
  planned: readonly PlannedFile[];
  extra?: { name: string; bytes: Uint8Array };
  /** Where they lie, in a complete checkpoint. */
  current?: References;
  /** Where they were written to, for a checkpoint of which it is not known yet whether it became complete. */
  pending?: { id: string; references: References };
}

/** What one save has to write, beside what it can refer to. */
export interface LastingWork {
  references: References;
  files: PlannedFile[];
  extraFiles: { name: string; bytes: Uint8Array }[];
}

/** How long a rank waits to learn that rank 0 completed the checkpoint before. */
const PROOF_MS = 10_000;
const POLL_MS = 250;

/**
 * What one rank contributes to every checkpoint of a stage without a change: written once and referred to from then on, but only to a
 * checkpoint that is known to be complete, and as long as it is there.
 */
export class LastingFiles {
  readonly #storage: ObjectStorage;
  readonly #attempt: string;
  readonly #patience: Patience;
  readonly #all: Lasting[];

  constructor(o: {
    storage: ObjectStorage;
    /** The folder below a checkpoint's id that this gang's saves write to. */
    attempt: string;
    patience: Patience;
    /** This rank's files of what is not trained. */
    planned: readonly PlannedFile[];
    extraFiles: Record<string, Uint8Array>;
    /** Files of the checkpoint that was loaded, and the tensors in them: should they get lost, they are written anew. */
    base?: {
      references: References;
      covered: Parameters<typeof planFiles>[0];
      extra: Record<string, ManifestFile>;
    };
  }) {
    this.#storage = o.storage;
    this.#attempt = o.attempt;
    this.#patience = o.patience;
    const { base } = o;
    this.#all = [
      ...o.planned.map((file): Lasting => ({ planned: [file] })),
      ...Object.entries(o.extraFiles).map(([name, bytes]): Lasting => {
        const known = base?.extra[name];
        return {
          planned: [],
          extra: { name, bytes },
          current: known && sameFile(known, bytes) ? { files: { [name]: known }, parts: {} } : undefined,
        };
      }),
    ];
    if (base && base.covered.length > 0) {
      const again = planFiles(base.covered, { world: 1 });
      this.#all.push({
        planned: again.map((file) => ({ ...file, name: `again-${file.name}` })),
        current: base.references,
      });
    }
  }

  /** @param taken names that references must not have */
  async prepare(taken: ReadonlySet<string>): Promise<LastingWork> {
    await inParallel(this.#all, 8, async (lasting) => {
      await this.#prove(lasting);
      if (lasting.current && !(await this.#isThere(lasting.current))) lasting.current = undefined;
    });
    const known = this.#all.flatMap(({ current }) => (current ? [renamed(current, taken)] : []));
    const missing = this.#all.filter(({ current }) => current === undefined);
    return {
      references: {
        files: Object.assign({}, ...known.map(({ files }) => files)) as References['files'],
        parts: joinNames(known.map(({ parts }) => parts)),
      },
      files: missing.flatMap(({ planned }) => planned),
      extraFiles: missing.flatMap(({ extra }) => (extra ? [extra] : [])),
    };
  }

  /** The files of `prepare` were written for this checkpoint. */
  wrote(id: string, files: Record<string, ManifestFile>): void {
    for (const lasting of this.#all.filter(({ current }) => current === undefined)) {
      const references: References = { files: {}, parts: {} };
      for (const { name, part } of lasting.planned) {
        references.files[name] = files[name]!;
        (references.parts[part] ??= []).push(name);
      }
      const { extra } = lasting;
      if (extra) references.files[extra.name] = files[extra.name]!;
      lasting.pending = { id, references };
    }
  }

  /** What was written last is gone. */
  forget(): void {
    for (const lasting of this.#all) lasting.pending = undefined;
  }

  async #prove(lasting: Lasting): Promise<void> {
    const { pending } = lasting;
    lasting.pending = undefined;
    if (pending === undefined) return;
    const began = performance.now();
    do {
      const manifest = await withPatience(
        () => readManifest(this.#storage, '', pending.id),
        this.#patience,
      ).catch((error: unknown) => {
        // A damaged one refers to nothing.
        if (isStorageError(error)) throw error;
        return undefined;
      });
      if (manifest?.attempt === this.#attempt) {
        lasting.current = pending.references;
        return;
      }
      await sleep(POLL_MS, undefined, { signal: this.#patience.signal }).catch(() => undefined);
    } while (performance.now() - began < PROOF_MS && !this.#patience.signal?.aborted);
  }

  async #isThere({ files }: References): Promise<boolean> {
    let there = true;
    await inParallel(Object.values(files), 4, async ({ key, bytes }) => {
      const found = await withPatience(() => this.#storage.head(key), this.#patience);
      if (found?.size !== bytes) there = false;
    });
    return there;
  }
}

/** Names only tell the files of a manifest apart: one that is taken gives way to the key. */
function renamed({ files, parts }: References, taken: ReadonlySet<string>): References {
  const nameOf = (name: string): string => (taken.has(name) ? files[name]!.key : name);
  return {
    files: Object.fromEntries(Object.entries(files).map(([name, file]) => [nameOf(name), file])),
    parts: Object.fromEntries(Object.entries(parts).map(([part, names]) => [part, names.map(nameOf)])),
  };
}
