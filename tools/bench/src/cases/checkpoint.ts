import type { BenchCase } from '../harness/bench-case.ts';
import { storagePeers } from '../peers/storage-python.ts';

/** Bytes of a checkpoint, as float32 tensors of 16 MB. */
const SIZES = [
  ['256MB', 256e6],
  ['1GB', 1e9],
] as const;

type Size = (typeof SIZES)[number];

/** Seconds per GB: milliseconds per MB. */
const common = ([label, bytes]: Size, what: string): BenchCase => ({
  name: `${what}-${label}`,
  ours: 'src/workers/checkpoint.ts',
  peer: 'python/checkpoint.py',
  peerName: 'python',
  unit: 's/GB',
  rounds: 5,
  warmup: 1,
  perIteration: bytes / 1e6,
  params: { what, bytes },
  // The sum of some of what was written, or read.
  tolerance: 1e-3,
  preparePeer: storagePeers,
});

/** From the call until a reader could see the checkpoint, and from the first request until the tensors are filled. */
export const THROUGHPUT = SIZES.flatMap((size): BenchCase[] => [
  {
    ...common(size, 's3-write'),
    peerVariants: ['safetensors + boto3 upload_fileobj', 'safetensors + boto3 put_object'],
  },
  {
    ...common(size, 's3-read'),
    peerVariants: ['safetensors + boto3 download_fileobj', 'safetensors + boto3 get_object'],
  },
  { ...common(size, 'disk-write'), peerVariants: ['safetensors', 'torch dcp.save'] },
  { ...common(size, 'disk-read'), peerVariants: ['safetensors', 'torch dcp.load'] },
]);

/** How long a training stands still for a checkpoint that is written to disk in the background. */
export const STALL = SIZES.flatMap((size): BenchCase[] => [
  { ...common(size, 'stall'), peerVariants: ['torch dcp.async_save'] },
  {
    ...common(size, 'stall'),
    name: `stall-of-sync-${size[0]}`,
    peer: 'src/workers/checkpoint-sync.ts',
    peerName: 'our save that is waited for',
    peerVariants: [''],
  },
]);
