/**
 * The one computation of this library: target[i] = ((x0[i] + x1[i]) + x2[i]) + ... in single precision.
 * WebAssembly SIMD on blocks that stay in the cache; a plain loop for short ranges and where SIMD is missing. Both round
 * after each addition and give the same bits.
 */

/** Numbers per block: two blocks of 32 KB fit the first levels of cache. */
const blockLength = 8_192;
/** Below this, copying into WebAssembly memory costs more than it saves. */
const shortLength = 64;

/** Writes elements [begin, end) of `target`, which may be one of the `parts`. */
export function sumRange(target: Float32Array, parts: Float32Array[], begin: number, end: number): void {
  if (simd === undefined || end - begin < shortLength) sumPlain(target, parts, begin, end);
  else simd(target, parts, begin, end);
}

export function sumPlain(target: Float32Array, parts: Float32Array[], begin: number, end: number): void {
  for (let i = begin; i < end; i += 1) {
    let sum = (parts[0] as Float32Array)[i] as number;
    for (let r = 1; r < parts.length; r += 1)
      sum = Math.fround(sum + ((parts[r] as Float32Array)[i] as number));
    target[i] = sum;
  }
}

/** The part of the WebAssembly API used here; Node's type package declares it without values. */
interface Wasm {
  validate(bytes: Uint8Array): boolean;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => {
    exports: { memory: { buffer: ArrayBuffer }; add(target: number, other: number, end: number): void };
  };
}

const simd = makeSimd();

/** @returns undefined when this platform has no WebAssembly SIMD */
function makeSimd(): typeof sumPlain | undefined {
  const bytes = wasmModule();
  const wasm = (globalThis as unknown as { WebAssembly?: Wasm }).WebAssembly;
  if (wasm?.validate(bytes) !== true) return undefined;
  const { memory, add } = new wasm.Instance(new wasm.Module(bytes)).exports;
  const sum = new Float32Array(memory.buffer, 0, blockLength);
  const other = new Float32Array(memory.buffer, blockLength * 4, blockLength);
  return (target, parts, begin, end) => {
    for (let at = begin; at < end; at += blockLength) {
      const to = Math.min(at + blockLength, end);
      sum.set((parts[0] as Float32Array).subarray(at, to));
      for (let r = 1; r < parts.length; r += 1) {
        other.set((parts[r] as Float32Array).subarray(at, to));
        // Whole steps of 64 bytes: what is added beyond the range is not read.
        add(0, blockLength * 4, (to - at) * 4);
      }
      target.set(to - at === blockLength ? sum : sum.subarray(0, to - at), at);
    }
  };
}

/**
 * (module (memory (export "memory") 1)
 *   (func (export "add") (param $target i32) (param $other i32) (param $end i32)
 *     loop  four times: f32x4 at $target += f32x4 at $other;  both += 64;  while $target < $end  end))
 */
function wasmModule(): Uint8Array {
  const i32 = 0x7f;
  const get = (local: number) => [0x20, local];
  const advance = (local: number) => [...get(local), 0x41, 0xc0, 0x00, 0x6a, 0x21, local];
  const step = (offset: number) => [
    ...[...get(0), ...get(0), 0xfd, 0x00, 0x04, offset],
    ...[...get(1), 0xfd, 0x00, 0x04, offset],
    ...[0xfd, 0xe4, 0x01, 0xfd, 0x0b, 0x04, offset],
  ];
  const steps = [0, 16, 32, 48].flatMap(step);
  const again = [...get(0), ...get(2), 0x49, 0x0d, 0x00];
  const code = [0x00, 0x03, 0x40, ...steps, ...advance(0), ...advance(1), ...again, 0x0b, 0x0b];
  const name = (text: string) => [text.length, ...Buffer.from(text)];
  const section = (id: number, body: number[]) => [id, ...leb(body.length), ...body];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, 3, i32, i32, i32, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0x00, 1]),
    ...section(7, [2, ...name('memory'), 2, 0, ...name('add'), 0, 0]),
    ...section(10, [1, ...leb(code.length), ...code]),
  ]);
}

/** Unsigned LEB128. */
function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}
