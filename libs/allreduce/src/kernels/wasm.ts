import { KERNELS } from './module.ts';
import { plainKernels } from './plain.ts';

/** What kernels/ exports. Pointers are places in the memory, at any byte; `n` counts elements. */
export interface Kernels {
  hash(source: number, bytes: number): number;
  addF32(target: number, a: number, b: number, n: number): void;
  subF32(target: number, a: number, b: number, n: number): void;
  minF32(target: number, a: number, b: number, n: number): void;
  maxF32(target: number, a: number, b: number, n: number): void;
  scaleF32(target: number, source: number, factor: number, n: number): void;
  addF32Hashed(target: number, a: number, b: number, factor: number, n: number, hashOfA: number): number;
  addF32Twice(a: number, b: number, factor: number, n: number): void;
  addI32(target: number, a: number, b: number, n: number): void;
  minI32(target: number, a: number, b: number, n: number): void;
  maxI32(target: number, a: number, b: number, n: number): void;
  decodeBf16(target: number, source: number, n: number): void;
  encodeBf16(target: number, source: number, n: number): void;
  decodeF16(target: number, source: number, n: number): void;
  encodeF16(target: number, source: number, n: number): void;
  quantizeBlock(target: number, scale: number, source: number, n: number): void;
  dequantizeBlock(target: number, scale: number, source: number, n: number): void;
}

/** Kernels and the memory that they work on. It never grows, so views of it stay valid. */
export interface KernelMemory {
  kernels: Kernels;
  buffer: ArrayBuffer;
}

/** The part of the WebAssembly API used here; Node's type package declares it without values. */
interface Wasm {
  validate(bytes: Uint8Array): boolean;
  Module: new (bytes: Uint8Array) => object;
  Memory: new (o: { initial: number; maximum: number }) => { buffer: ArrayBuffer };
  Instance: new (module: object, imports: object) => { exports: Kernels };
}

const PAGE_BYTES = 65_536;
/** A WebAssembly memory has pointers of 32 bits. */
export const MAX_KERNEL_BYTES = 65_535 * PAGE_BYTES;

const bytes = Buffer.from(KERNELS, 'base64');
const wasm = (globalThis as unknown as { WebAssembly?: Wasm }).WebAssembly;
let compiled: object | undefined;

/** Whether this platform has WebAssembly SIMD. Without it all is done in plain TypeScript, to the same bits, slowly. */
export const hasSimd = wasm?.validate(bytes) === true;

/**
 * New memory with kernels of its own; pages that nobody touches cost nothing.
 * @throws RangeError when there is no room, or it is too large for one memory
 */
export function kernelMemory(size: number): KernelMemory {
  if (size > MAX_KERNEL_BYTES) throw new RangeError(`${size} bytes are more than one WebAssembly memory has`);
  if (!wasm || !hasSimd) {
    const buffer = new ArrayBuffer(size);
    return { kernels: plainKernels(buffer), buffer };
  }
  compiled ??= new wasm.Module(bytes);
  const pages = Math.ceil(size / PAGE_BYTES);
  const memory = new wasm.Memory({ initial: pages, maximum: pages });
  const { exports } = new wasm.Instance(compiled, { env: { memory } });
  return { kernels: exports, buffer: memory.buffer };
}
