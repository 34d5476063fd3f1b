import { ImageError } from '../errors.ts';

/** Pixels of a picture, row by row, channels together (`RGBRGB...`). */
export interface RgbImage {
  data: Uint8Array | Uint8ClampedArray;
  width: number;
  height: number;
}

const CHANNELS = 3;
const PRECISION_BITS = 22;

/** For each output index: the first input index, and integer weights of the taps from there. */
interface Filter {
  first: Int32Array;
  taps: number;
  weights: Int32Array;
}

/**
 * Pillow's bicubic resize on bytes (spec 3.3): antialiased, horizontal pass then vertical pass, each rounded to
 * bytes. A pass whose size does not change is skipped. Equal to Pillow bit for bit.
 */
export function resizeBicubic(image: RgbImage, width: number, height: number): RgbImage {
  checkImage(image);
  if (!(width >= 1 && height >= 1)) {
    throw new ImageError(
      'BAD_IMAGE',
      `cannot resize to ${width}x${height}`,
      'Both sides must be at least 1 pixel.',
    );
  }
  let data = image.data;
  if (width !== image.width) {
    const filter = bicubicFilter(image.width, width);
    const out = new Uint8Array(image.height * width * CHANNELS);
    for (let y = 0; y < image.height; y++) {
      applyFilter(filter, {
        input: data,
        inputAt: y * image.width * CHANNELS,
        inputStep: CHANNELS,
        output: out,
        outputAt: y * width * CHANNELS,
        outputStep: CHANNELS,
        lanes: CHANNELS,
      });
    }
    data = out;
  }
  if (height !== image.height) {
    const filter = bicubicFilter(image.height, height);
    const row = width * CHANNELS;
    const out = new Uint8Array(height * row);
    applyFilter(filter, {
      input: data,
      inputAt: 0,
      inputStep: row,
      output: out,
      outputAt: 0,
      outputStep: row,
      lanes: row,
    });
    data = out;
  }
  return { data, width, height };
}

/** Throws when the bytes do not fit the sizes. */
export function checkImage(image: RgbImage): void {
  const { data, width, height } = image;
  const whole = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0;
  if (!whole || data.length !== width * height * CHANNELS) {
    throw new ImageError(
      'BAD_IMAGE',
      `a picture of ${width}x${height} with ${data.length} bytes is not RGB`,
      'Decode to 3 bytes per pixel: drop alpha, replicate grey, expand palettes.',
    );
  }
}

interface Pass {
  input: ArrayLike<number>;
  inputAt: number;
  inputStep: number;
  output: Uint8Array;
  outputAt: number;
  outputStep: number;
  /** Neighbouring values that are filtered alike. */
  lanes: number;
}

function applyFilter(filter: Filter, pass: Pass): void {
  const { first, taps, weights } = filter;
  for (let index = 0; index < first.length; index++) {
    const from = pass.inputAt + (first[index] as number) * pass.inputStep;
    const to = pass.outputAt + index * pass.outputStep;
    for (let lane = 0; lane < pass.lanes; lane++) {
      let sum = 1 << (PRECISION_BITS - 1);
      for (let tap = 0, at = from + lane; tap < taps; tap++, at += pass.inputStep) {
        const weight = weights[index * taps + tap] as number;
        if (weight !== 0) sum += (pass.input[at] as number) * weight;
      }
      const value = sum >> PRECISION_BITS;
      pass.output[to + lane] = value < 0 ? 0 : value > 255 ? 255 : value;
    }
  }
}

function bicubicFilter(inputSize: number, outputSize: number): Filter {
  const scale = inputSize / outputSize;
  const stretch = Math.max(scale, 1);
  const support = 2 * stretch;
  const taps = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(outputSize);
  const weights = new Int32Array(outputSize * taps);
  for (let index = 0; index < outputSize; index++) {
    const centre = (index + 0.5) * scale;
    const from = Math.max(Math.trunc(centre - support + 0.5), 0);
    const to = Math.min(Math.trunc(centre + support + 0.5), inputSize);
    const exact = Array.from({ length: to - from }, (_, tap) => cubic((tap + from - centre + 0.5) / stretch));
    const total = exact.reduce((sum, weight) => sum + weight, 0);
    first[index] = from;
    exact.forEach((weight, tap) => {
      const fixed = (weight / total) * 2 ** PRECISION_BITS;
      weights[index * taps + tap] = fixed < 0 ? Math.trunc(fixed - 0.5) : Math.trunc(fixed + 0.5);
    });
  }
  return { first, taps, weights };
}

/** Keys' cubic kernel with a = -0.5. */
function cubic(x: number): number {
  const a = -0.5;
  const t = Math.abs(x);
  if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  if (t < 2) return (((t - 5) * t + 8) * t - 4) * a;
  return 0;
}
