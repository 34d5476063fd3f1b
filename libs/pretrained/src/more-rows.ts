import {
  convertFloats,
  storedAs,
  storedChunks,
  storedJoin,
  storedTensors,
  type StoredTensor,
} from '@ovis/checkpoint';

/**
 * A table with rows added at its end, each the mean of those it has: with them, the logit of an added word is the mean of the
 * others' and so never the largest. The table is read once, in chunks, when this is called.
 */
export async function withMeanRows(table: StoredTensor, rows: number): Promise<StoredTensor> {
  const [before = 0, width = 0] = table.shape;
  const sums = new Float64Array(width);
  let column = 0;
  for await (const chunk of storedChunks(storedAs({ table }, 'F32')['table']!)) {
    const values = new Float32Array(chunk.buffer, chunk.byteOffset, chunk.length / 4);
    for (const value of values) {
      sums[column]! += value;
      column = column + 1 === width ? 0 : column + 1;
    }
  }
  const mean = sums.map((sum) => sum / before);
  const repeated = Float32Array.from({ length: rows * width }, (_, i) => mean[i % width]!);
  const dtype = table.dtype === 'BF16' || table.dtype === 'F16' ? table.dtype : 'F32';
  const { added } = storedTensors({
    added: { dtype, shape: [rows, width], data: convertFloats(repeated, 'F32', dtype) },
  });
  return storedJoin([table, added!]);
}
