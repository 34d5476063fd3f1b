import type { Library } from './library.ts';
import { viewMemory } from './library.ts';
import { TF_STRING } from './dtypes.ts';

/** sizeof(TF_TString), the element of a string tensor; long strings hold memory of their own outside it. */
const ELEMENT = 24;
const encoder = new TextEncoder();

/** A TF_Tensor of strings. TF_DeleteTensor does not free long ones: see {@link freeStrings}. */
export function allocateStrings(
  lib: Library,
  shape: readonly number[],
  values: readonly (string | Uint8Array)[],
): number {
  const dims = BigInt64Array.from(shape, BigInt);
  const tensor = lib.TF_AllocateTensor(TF_STRING, dims, shape.length, values.length * ELEMENT);
  const start = lib.TF_TensorData(tensor);
  values.forEach((value, i) => {
    const bytes = typeof value === 'string' ? encoder.encode(value) : value;
    lib.TF_StringInit(start + i * ELEMENT);
    lib.TF_StringCopy(start + i * ELEMENT, bytes, bytes.length);
  });
  return tensor;
}

/** The strings of a TF_Tensor as bytes. */
export function readStrings(lib: Library, tensor: number): Uint8Array[] {
  return elements(lib, tensor).map((element) =>
    new Uint8Array(viewMemory(lib.TF_StringGetDataPointer(element), lib.TF_StringGetSize(element))).slice(),
  );
}

/** Frees what {@link allocateStrings} made. */
export function freeStrings(lib: Library, tensor: number): void {
  for (const element of elements(lib, tensor)) lib.TF_StringDealloc(element);
  lib.TF_DeleteTensor(tensor);
}

function elements(lib: Library, tensor: number): number[] {
  const start = lib.TF_TensorData(tensor);
  const count = lib.TF_TensorByteSize(tensor) / ELEMENT;
  return Array.from({ length: count }, (_, i) => start + i * ELEMENT);
}
