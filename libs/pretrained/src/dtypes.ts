import { isFloat, storedAs, storedBytes, type FloatDtype, type StoredTensors } from '@ovis/checkpoint';

/** Element type of written weights: `keep` as the source has them, or all floats in one. */
export const DTYPE_NAMES = ['keep', 'fp32', 'bf16', 'fp16'] as const;
export type DtypeName = (typeof DTYPE_NAMES)[number];
export type WeightsDtype = FloatDtype;

const BY_NAME: Record<Exclude<DtypeName, 'keep'>, WeightsDtype> = { fp32: 'F32', bf16: 'BF16', fp16: 'F16' };
const TORCH: Record<WeightsDtype, string> = { F32: 'float32', BF16: 'bfloat16', F16: 'float16' };

/** What floats are converted to; undefined: nothing. */
export function targetDtype(name: DtypeName): WeightsDtype | undefined {
  return name === 'keep' ? undefined : BY_NAME[name];
}

/** The tensors with their floats in that type, converted as they are read. */
export function inDtype(tensors: StoredTensors, name: DtypeName): StoredTensors {
  const dtype = targetDtype(name);
  return dtype === undefined ? tensors : storedAs(tensors, dtype);
}

/** How config files call it. */
export function torchDtype(dtype: WeightsDtype): string {
  return TORCH[dtype];
}

/** The type that most of the floats have. */
export function mainDtype(tensors: StoredTensors): WeightsDtype {
  const bytes: Partial<Record<string, number>> = {};
  for (const tensor of Object.values(tensors)) {
    if (isFloat(tensor.dtype)) bytes[tensor.dtype] = (bytes[tensor.dtype] ?? 0) + storedBytes(tensor);
  }
  const [most] = Object.entries(bytes).sort(([, a = 0], [, b = 0]) => b - a);
  return most?.[0] === 'BF16' || most?.[0] === 'F16' ? most[0] : 'F32';
}
