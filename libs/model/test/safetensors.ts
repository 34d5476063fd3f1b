import { readFileSync } from 'node:fs';

export interface HostTensor {
  shape: number[];
  dtype: 'F32' | 'I32' | 'U8';
  data: Float32Array | Int32Array | Uint8Array;
}

const arrays = { F32: Float32Array, I32: Int32Array, U8: Uint8Array };

/** Reads a golden safetensors file; just what the fixtures use. */
export function readSafetensors(path: string): Record<string, HostTensor> & { __metadata__?: never } {
  const bytes = readFileSync(path);
  const headerLength = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerLength)) as Record<
    string,
    { dtype: HostTensor['dtype']; shape: number[]; data_offsets: [number, number] }
  >;
  const tensors: Record<string, HostTensor> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const [from, to] = entry.data_offsets;
    const copy = bytes.subarray(8 + headerLength + from, 8 + headerLength + to);
    const buffer = new Uint8Array(copy).buffer;
    tensors[name] = { shape: entry.shape, dtype: entry.dtype, data: new arrays[entry.dtype](buffer) };
  }
  return tensors;
}
