/** A closed loop: a fixed number of workers, each starts its next piece of work when the last has ended. */
import { quantile } from './quantiles.js';

export { median } from './quantiles.js';

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

/** Does `work` so many times, `inFlight` at a time. A throw counts as a failure, and as done. */
export async function repeat(
  inFlight: number,
  times: number,
  work: () => Promise<unknown>,
): Promise<{ readonly failures: number; readonly tookMs: number }> {
  let left = times;
  let failures = 0;
  const startedAt = performance.now();
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      try {
        await work();
      } catch {
        failures += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return { failures, tookMs: performance.now() - startedAt };
}
