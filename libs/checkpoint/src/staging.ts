import { stateBytes, type PlannedFile, type StateTensor } from './plan.ts';

/** Where the bytes of a tensor (or of the piece of it that an entry stands for) are wanted. */
export interface ReadRequest {
  tensor: StateTensor;
  /** The first byte of the tensor that is wanted; `target` says how many. */
  begin: number;
  target: Uint8Array;
}

/** Fills the targets from the state as it is now. Synchronous: no step may come in between. */
export type ReadState = (requests: readonly ReadRequest[]) => void;

/** A file that lies ready in the staging memory. */
export interface StagedFile {
  file: PlannedFile;
  offset: number;
}

const ALIGNMENT = 4096;

/**
 * Host memory for one snapshot: the files as they will be written, one behind the other. Allocated once and reused (a copy into fresh
 * memory is ten times slower); shared with the thread that writes them.
 */
export class Staging {
  readonly memory: SharedArrayBuffer;
  readonly files: readonly StagedFile[];

  constructor(files: readonly PlannedFile[]) {
    let end = 0;
    this.files = files.map((file) => {
      const offset = end;
      end += Math.ceil(file.bytes / ALIGNMENT) * ALIGNMENT;
      return { file, offset };
    });
    this.memory = new SharedArrayBuffer(end);
    for (const { file, offset } of this.files) new Uint8Array(this.memory).set(file.header, offset);
  }

  get bytes(): number {
    return this.memory.byteLength;
  }

  /** Copies the state into the files. */
  fill(read: ReadState): void {
    read(
      this.files.flatMap(({ file, offset }) =>
        file.tensors.map((tensor, i) => ({
          tensor,
          begin: 0,
          target: new Uint8Array(this.memory, offset + file.offsets[i]!, stateBytes(tensor)),
        })),
      ),
    );
  }
}

/** Bytes `begin` to `end` of a planned file whose tensors lie where `read` finds them, in memory of their own. */
export function readPlanned(file: PlannedFile, read: ReadState, begin: number, end: number): Uint8Array {
  const part = new Uint8Array(end - begin);
  if (begin < file.header.length) part.set(file.header.subarray(begin, end));
  const requests = file.tensors.flatMap((tensor, i): ReadRequest[] => {
    const at = file.offsets[i]!;
    const from = Math.max(begin, at);
    const to = Math.min(end, at + stateBytes(tensor));
    return from < to ? [{ tensor, begin: from - at, target: part.subarray(from - begin, to - begin) }] : [];
  });
  read(requests);
  return part;
}
