import type { BenchCase } from '../harness/bench-case.ts';
import type { AdamWConfig, DecoderConfig } from '../models/decoder.ts';

const config: DecoderConfig = {
  width: 256,
  layers: 4,
  heads: 4,
  intermediate: 1024,
  vocabulary: 8192,
  batch: 4,
  time: 256,
};
const optimizer: AdamWConfig = {
  learningRate: 1e-3,
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 1e-8,
  weightDecay: 0.01,
};

/** A training step of a small decoder: forward, backward, AdamW. The losses of the first steps must agree. */
export const DECODER: BenchCase = {
  name: 'decoder',
  ours: 'src/workers/decoder.ts',
  peer: 'python/decoder.py',
  peerName: 'PyTorch',
  unit: 'ms',
  rounds: 15,
  iterations: 2,
  params: { config, optimizer },
  peerVariants: ['eager', 'compiled', 'compiled step'],
  tolerance: 1e-3,
};
