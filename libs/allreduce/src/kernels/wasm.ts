import { KERNELS } from './module.ts';

/** What kernels/ exports. Pointers are places in the memory; `n` counts elements. */
export interface Kernels {
  addF32(target: number, a: number, b: number, n: number): void;
  subF32(target: number, a: number, b: number, n: number): void;
  minF32(target: number, a: number, b: number, n: number): void;
  maxF32(target: number, a: number, b: number, n: number): void;
  scaleF32(target: number, source: number, factor: number, n: number): void;
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
  Module: new (bytes: Uint8Array) => object;
  Memory: new (o: { initial: number; maximum: number }) => { buffer: ArrayBuffer };
  Instance: new (module: object, imports: object) => { exports: Kernels };
}

const PAGE_BYTES = 65_536;
/** A WebAssembly memory has pointers of 32 bits. */
export const MAX_KERNEL_BYTES = 65_536 * PAGE_BYTES;

let compiled: object | undefined;

/**
 * New memory with kernels of its own; pages that nobody touches cost nothing.
 * @returns undefined when this platform has no WebAssembly SIMD, or no room
 */
export function kernelMemory(bytes: number): KernelMemory | undefined {
  if (bytes > MAX_KERNEL_BYTES) return undefined;
  try {
    const wasm = (globalThis as unknown as { WebAssembly: Wasm }).WebAssembly;
    compiled ??= new wasm.Module(Buffer.from(KERNELS, 'base64'));
    const pages = Math.ceil(bytes / PAGE_BYTES);
    const memory = new wasm.Memory({ initial: pages, maximum: pages });
    const { exports } = new wasm.Instance(compiled, { env: { memory } });
    return { kernels: exports, buffer: memory.buffer };
  } catch {
    return undefined;
  }
}
