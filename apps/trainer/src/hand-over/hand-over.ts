import { crc32 } from 'node:zlib';
import type { ProcessGroup } from '@ovis/allreduce';
import type { Dtype, HostTensor, HostTensors } from '@ovis/checkpoint';
import type { TrainerState } from '@ovis/training';
import type { LaneCursor } from '@ovis/webdataset';
import { TrainerError } from '../errors.ts';

/** Everything a rank needs to go on with a stage, on the host. */
export interface StageState {
  params: HostTensors;
  optimizer: HostTensors;
  trainer: TrainerState;
  /** Of all lanes. */
  cursors: LaneCursor[];
  /** What describes the model: config, tokenizer. */
  files: Record<string, Uint8Array>;
}

type Broadcast = Pick<ProcessGroup, 'allGatherBytes' | 'broadcast' | 'rank'>;

interface TensorHead {
  part: 'params' | 'optimizer';
  name: string;
  dtype: Dtype;
  shape: number[];
  bytes: number;
}

interface Head {
  tensors: TensorHead[];
  files: { name: string; bytes: number }[];
  trainer: TrainerState;
  cursors: LaneCursor[];
}

/** A piece that one broadcast carries. */
const chunkBytes = 16 << 20;

/**
 * Brings the donor's state to the ranks that lack it. All ranks call it.
 * @param o.own the donor's state
 * @param o.wanted whether this rank takes it; the others only get the cursors
 * @returns bytes that were sent, beside what this rank gets
 * @throws TrainerError CORRUPT_STATE, what the collective throws
 */
export async function handOver(
  group: Broadcast,
  o: { donor: number; own?: StageState; wanted: boolean },
): Promise<{ cursors: LaneCursor[]; state?: StageState; bytes: number }> {
  const { donor, own, wanted } = o;
  const mine = own === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(headOf(own)));
  const heads = await group.allGatherBytes(mine, { tag: 'state: what is in it' });
  const head = JSON.parse(Buffer.from(heads[donor] as Uint8Array).toString()) as Head;
  const scratch = own !== undefined || wanted ? undefined : Buffer.alloc(chunkBytes);
  let crc = 0;
  const carry = async (bytes: Uint8Array | number): Promise<void> => {
    const length = typeof bytes === 'number' ? bytes : bytes.byteLength;
    for (let at = 0; at < length; at += chunkBytes) {
      const size = Math.min(chunkBytes, length - at);
      const piece =
        typeof bytes === 'number' ? (scratch as Buffer).subarray(0, size) : bytes.subarray(at, at + size);
      await group.broadcast(piece, donor, { tag: 'state' });
      crc = crc32(piece, crc);
    }
  };
  const state: StageState = {
    params: {},
    optimizer: {},
    trainer: head.trainer,
    cursors: head.cursors,
    files: {},
  };
  for (const { part, name, dtype, shape, bytes } of head.tensors) {
    const source = own?.[part][name];
    if (source !== undefined) await carry(bytesOf(source));
    else if (!wanted) await carry(bytes);
    else {
      const tensor = emptyTensor(name, dtype, shape);
      state[part][name] = tensor;
      await carry(bytesOf(tensor));
    }
  }
  for (const { name, bytes } of head.files) {
    const source = own?.files[name];
    if (source !== undefined) await carry(source);
    else if (!wanted) await carry(bytes);
    else await carry((state.files[name] = new Uint8Array(bytes)));
  }
  await compareChecksums(group, donor, crc);
  const bytes = [...head.tensors, ...head.files].reduce((sum, one) => sum + one.bytes, 0);
  return { cursors: head.cursors, ...(wanted ? { state } : {}), bytes };
}

/** Of everything that changes while a stage trains, in the order of names: equal on ranks that are replicas of each other. */
export function checksum(...sets: HostTensors[]): number {
  let crc = 0;
  for (const tensors of sets) {
    for (const name of Object.keys(tensors).sort()) crc = crc32(bytesOf(tensors[name] as HostTensor), crc);
  }
  return crc;
}

function headOf(state: StageState): Head {
  const heads = (part: 'params' | 'optimizer') =>
    Object.entries(state[part]).map(([name, tensor]): TensorHead => {
      const { dtype, shape, data } = tensor;
      return { part, name, dtype, shape, bytes: data.byteLength };
    });
  return {
    tensors: [...heads('params'), ...heads('optimizer')],
    files: Object.entries(state.files).map(([name, bytes]) => ({ name, bytes: bytes.byteLength })),
    trainer: state.trainer,
    cursors: state.cursors,
  };
}

/** Models are float32 in memory. */
function emptyTensor(name: string, dtype: Dtype, shape: number[]): HostTensor {
  if (dtype !== 'F32') throw corrupt(`tensor '${name}' is ${dtype}, F32 was expected`);
  return { dtype, shape, data: new Float32Array(shape.reduce((product, side) => product * side, 1)) };
}

function bytesOf({ data }: HostTensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

async function compareChecksums(group: Broadcast, donor: number, crc: number): Promise<void> {
  const own = Buffer.alloc(4);
  own.writeUInt32LE(crc);
  const all = (await group.allGatherBytes(own, { tag: 'state: checksums' })).map((bytes) =>
    Buffer.from(bytes).readUInt32LE(),
  );
  const wrong = all.flatMap((sum, rank) => (sum === all[donor] ? [] : [rank]));
  if (wrong.length > 0)
    throw corrupt(`what rank ${wrong.join(', ')} got of rank ${donor} has another checksum`);
}

function corrupt(message: string): TrainerError {
  return new TrainerError(
    'CORRUPT_STATE',
    `handing over the stage failed: ${message}`,
    'The next try begins anew.',
    true,
  );
}
