import type { AllReduceOptions, Collective } from '../src/collective.ts';

/** Values that share a scale in 8-bit compression. */
const BLOCK = 256;

type Reduce = (inputs: readonly Float32Array[], rank: number) => Float32Array;

const BYTES = { none: 4, bf16: 2, f16: 2, int8: 1 };

interface Call {
  buffers: Float32Array[];
  done: (() => void)[];
  reduce: Reduce;
  outputs: Float32Array[];
}

/**
 * Ranks of one process that exchange through memory, in rank order. Calls are matched by their number, as those of a process group are; all
 * of a rank may be under way at once. `log` gets the bytes that each call of rank 0 would send.
 */
export function memoryCollectives(world: number, log?: { tag: string; bytes: number }[]): Collective[] {
  const calls: Call[] = [];
  const counts = new Array<number>(world).fill(0);

  function take(rank: number, input: Float32Array, output: Float32Array, reduce: Reduce): Promise<void> {
    const number = counts[rank]!++;
    const call = (calls[number] ??= { buffers: [], done: [], reduce, outputs: [] });
    if (String(call.reduce) !== String(reduce)) throw new Error('the ranks call different collectives');
    call.buffers[rank] = input;
    call.outputs[rank] = output;
    return new Promise((resolve) => {
      call.done.push(resolve);
      if (call.done.length < world) return;
      const results = call.outputs.map((_, r) => call.reduce(call.buffers, r));
      results.forEach((result, r) => call.outputs[r]!.set(result));
      // Not at once: whoever reads too early finds something else.
      setTimeout(() => call.done.forEach((release) => release()), 1);
    });
  }

  return Array.from({ length: world }, (_, rank): Collective => {
    const note = (tag: string | undefined, bytes: number) => {
      if (rank === 0) log?.push({ tag: tag ?? '', bytes });
    };
    return {
      rank,
      world,
      allReduce(buffer, o = {}) {
        note(o.tag, buffer.length * BYTES[o.compression ?? 'none']);
        return take(rank, compressed(buffer, o), buffer, (inputs) =>
          compressed(sum(inputs), { compression: o.compression }),
        );
      },
      reduceScatter(input, output, o = {}) {
        note(o.tag, 4 * input.length);
        return take(rank, input, output, (inputs, r) => part(sum(inputs), r, inputs.length));
      },
      allGather(input, output, o = {}) {
        note(o.tag, 4 * input.length);
        return take(rank, input, output, (inputs) => Float32Array.from(inputs.flatMap((i) => [...i])));
      },
    };
  });
}

/** The gang of `sites` equal sites, and of each rank the collectives of its site and of its place in all sites. */
export function memorySites(world: number, sites: number, log?: { tag: string; bytes: number }[]) {
  const perSite = world / sites;
  const all = memoryCollectives(world);
  const inside = Array.from({ length: sites }, () => memoryCollectives(perSite));
  const between = Array.from({ length: perSite }, (_, place) =>
    memoryCollectives(sites, place === 0 ? log : undefined),
  );
  return all.map((collective, rank) => ({
    collective,
    sites: {
      site: inside[Math.floor(rank / perSite)]![rank % perSite]!,
      between: between[rank % perSite]![Math.floor(rank / perSite)]!,
    },
  }));
}

function sum(inputs: readonly Float32Array[]): Float32Array {
  const total = Float32Array.from(inputs[0]!);
  for (const other of inputs.slice(1)) other.forEach((x, i) => (total[i]! += x));
  return total;
}

function part(all: Float32Array, rank: number, parts: number): Float32Array {
  return all.subarray((all.length / parts) * rank, (all.length / parts) * (rank + 1));
}

/** What arrives of a buffer; what does not goes to the residual. */
function compressed(buffer: Float32Array, { compression, residual }: AllReduceOptions): Float32Array {
  if (!compression) return buffer.slice();
  const wanted = residual ? buffer.map((x, i) => x + residual[i]!) : buffer;
  const sent =
    compression === 'int8' ? bytes(wanted) : wanted.map(compression === 'bf16' ? bf16 : Math.fround);
  residual?.set(wanted.map((x, i) => x - sent[i]!));
  return sent;
}

function bytes(values: Float32Array): Float32Array {
  const result = new Float32Array(values.length);
  for (let begin = 0; begin < values.length; begin += BLOCK) {
    const block = values.subarray(begin, begin + BLOCK);
    const scale = Math.fround(block.reduce((most, x) => Math.max(most, Math.abs(x)), 0) / 127) || 1;
    block.forEach((x, i) => (result[begin + i] = Math.round(x / scale) * scale));
  }
  return result;
}

const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);

function bf16(value: number): number {
  float[0] = value;
  bits[0] = (bits[0]! + 0x7fff + ((bits[0]! >>> 16) & 1)) & 0xffff0000;
  return float[0];
}
