/** Order statistics of what was measured. */

/** The value below which `fraction` (0 to 1) of the sorted values lie, without interpolation; NaN of none. */
export function quantile(sorted: readonly number[], fraction: number): number {
  return sorted[Math.floor((sorted.length - 1) * fraction)] ?? Number.NaN;
}

/** The middle one; of an even number, the lower of the two; NaN of none. */
export function median(values: readonly number[]): number {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}
