/** The middle of the samples (mean of the two middle ones when their number is even). NaN without samples. */
export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

/** Interquartile range divided by the median: 0.05 means that half of the samples lie within 5 % of each other. */
export function spread(samples: readonly number[]): number {
  return (quantile(samples, 0.75) - quantile(samples, 0.25)) / median(samples);
}

/** Linear interpolation between the order statistics (numpy's default). NaN without samples. */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const position = q * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? NaN;
  const above = sorted[Math.ceil(position)] ?? NaN;
  return below + (above - below) * (position - Math.floor(position));
}
