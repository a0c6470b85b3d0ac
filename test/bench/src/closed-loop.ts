/** A closed loop: a fixed number of workers, each starts its next piece of work when the last has ended. */

export interface Measured {
  readonly perSecond: number;
  readonly count: number;
  readonly failures: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Runs `work` with `inFlight` workers for `durationMs`, and says how fast and how slow. A throw counts as a failure. */
export async function closedLoop(inFlight: number, durationMs: number, work: () => Promise<void>): Promise<Measured> {
  const latencies: number[] = [];
  let failures = 0;
  const startedAt = performance.now();
  const endsAt = startedAt + durationMs;
  const worker = async () => {
    while (performance.now() < endsAt) {
      const from = performance.now();
      try {
        await work();
        latencies.push(performance.now() - from);
      } catch {
        failures += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  const tookMs = performance.now() - startedAt;
  latencies.sort((a, b) => a - b);
  return {
    perSecond: (latencies.length * 1_000) / tookMs,
    count: latencies.length,
    failures,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
  };
}

/** The middle one; of an even number, the lower of the two. */
export function median(values: readonly number[]): number {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}

function quantile(sorted: readonly number[], fraction: number): number {
  return sorted[Math.floor((sorted.length - 1) * fraction)] ?? Number.NaN;
}
