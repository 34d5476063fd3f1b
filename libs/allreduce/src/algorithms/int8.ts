import { factorOf, reduceRange } from '../kernels/reduce.ts';
import { dequantize, INT8_BLOCK, int8Bytes, quantize } from '../kernels/int8.ts';
import { EAGER_BYTES, peers, single, type Channel, type Plan } from './channel.ts';
import type { Scratch } from './scratch.ts';

/** Numbers of one chunk: a whole number of blocks. */
const CHUNK = 128 * 1024;

export interface Int8Options {
  op: 'sum' | 'mean';
  scratch: Scratch;
  /** What this rank could not send so far, as long as the buffer: it is added now, and then holds what was lost now. */
  residual?: Float32Array;
}

/**
 * allReduce of float32 as 8-bit whole numbers with a scale for every 256, in two steps like `mesh`: a rank's contribution (plus its residual) is
 * quantised and goes to the segment's owner, who adds all in float32 in rank order, quantises the sum and sends it to all, itself included: every
 * rank has the same bits. About 1.016 bytes per number and direction, times 2 (world - 1) / world.
 */
export function int8(buffer: Float32Array, o: Int8Options): Plan {
  return single('int8', buffer.byteLength > EAGER_BYTES, (channel) => exchange(channel, buffer, o));
}

function exchange(channel: Channel, buffer: Float32Array, { op, scratch, residual }: Int8Options): void {
  const { rank, world } = channel;
  const factor = factorOf(op, world);
  const wireFor = (part: Float32Array) => scratch.bytes(int8Bytes(part.length));
  const own = chunksOfSegment(buffer, rank, world);
  const parts = own.map((chunk) => Array.from({ length: world }, () => wireFor(chunk)));
  const missing = own.map(() => world);
  const arrived = (i: number) => {
    missing[i] = (missing[i] as number) - 1;
    if (missing[i] !== 0) return;
    const chunk = own[i] as Float32Array;
    const result = (parts[i] as Uint8Array[])[0] as Uint8Array;
    sum(parts[i] as Uint8Array[], chunk, factor, scratch);
    quantize(chunk, result);
    channel.sendAll(peers(channel), result);
    dequantize(result, chunk);
  };
  for (const peer of peers(channel)) {
    own.forEach((_, i) =>
      channel.receive(peer, (parts[i] as Uint8Array[])[peer] as Uint8Array, { then: () => arrived(i) }),
    );
    for (const chunk of chunksOfSegment(buffer, peer, world)) {
      const wire = wireFor(chunk);
      channel.receive(peer, wire, { then: () => dequantize(wire, chunk) });
    }
  }
  for (const peer of peers(channel))
    for (const chunk of chunksOfSegment(buffer, peer, world)) {
      const wire = wireFor(chunk);
      quantize(chunk, wire, residualOf(residual, buffer, chunk));
      channel.send(peer, wire);
    }
  own.forEach((chunk, i) => {
    quantize(chunk, (parts[i] as Uint8Array[])[rank] as Uint8Array, residualOf(residual, buffer, chunk));
    arrived(i);
  });
}

/** chunk = the parts in rank order, times factor. */
function sum(parts: readonly Uint8Array[], chunk: Float32Array, factor: number, scratch: Scratch): void {
  const one = scratch.take(chunk) as Float32Array;
  parts.forEach((part, r) => {
    dequantize(part, r === 0 ? chunk : one);
    if (r > 0)
      reduceRange('sum', 'f32', chunk, [chunk, one], 0, chunk.length, r === parts.length - 1 ? factor : 1);
  });
}

/** A rank's segment in chunks of whole blocks, by their number, so that scales do not depend on where it begins. */
function chunksOfSegment(buffer: Float32Array, rank: number, world: number): Float32Array[] {
  const blocks = Math.ceil(buffer.length / INT8_BLOCK);
  const begin = Math.floor((blocks * rank) / world) * INT8_BLOCK;
  const end = Math.min(Math.floor((blocks * (rank + 1)) / world) * INT8_BLOCK, buffer.length);
  const chunks: Float32Array[] = [];
  for (let at = begin; at < end || at === begin; at += CHUNK)
    chunks.push(buffer.subarray(at, Math.min(at + CHUNK, end)));
  return chunks;
}

/** The residual of a chunk of the buffer. */
function residualOf(
  residual: Float32Array | undefined,
  buffer: Float32Array,
  chunk: Float32Array,
): Float32Array | undefined {
  const at = (chunk.byteOffset - buffer.byteOffset) / 4;
  return residual?.subarray(at, at + chunk.length);
}
