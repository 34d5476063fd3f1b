import { readFileSync } from 'node:fs';
import { caseFile } from './fixtures.ts';

export interface HostTensor {
  dtype: 'F32';
  shape: number[];
  data: Float32Array;
}

/** Float32 tensors of a safetensors file of a golden model case. */
export function safetensors(path: string): Record<string, HostTensor> {
  const bytes = readFileSync(caseFile(path));
  const headerLength = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerLength)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const tensors: Record<string, HostTensor> = {};
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(header)) {
    if (dtype !== 'F32') continue;
    const [from, to] = data_offsets.map((offset) => 8 + headerLength + offset) as [number, number];
    const data = new Float32Array(bytes.buffer.slice(bytes.byteOffset + from, bytes.byteOffset + to));
    tensors[name] = { dtype, shape, data };
  }
  return tensors;
}
