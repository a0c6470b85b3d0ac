/**
 * An open loop: work begins at fixed times, whether or not what began before has ended, as customers come. Every latency counts from the time at which the
 * work was to begin: a server that stands still for a second makes everybody wait who would have come in that second, and all of them are
 * counted (a closed loop would have left them out: "coordinated omission").
 */
import { quantile } from './quantiles.js';

export interface OpenLoopFigures {
  readonly perSecond: number;
  /** Starts that were due. */
  readonly offered: number;
  readonly completed: number;
  /** Threw, or had not ended `patienceMs` after the last start. */
  readonly failures: number;
  /** Not begun, because too much had not ended yet: the server does not bear this rate. */
  readonly shed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
  /** How late the driver itself began, which is part of the latencies. */
  readonly lateP99Ms: number;
}

export interface OpenLoop {
  readonly ratePerSecond: number;
  readonly durationMs: number;
  /** More than this at one time is not begun. */
  readonly mostOutstanding: number;
  /** How long after the last start the last end is waited for. */
  readonly patienceMs: number;
}

export interface Time {
  nowMs(): number;
  sleep(ms: number): Promise<void>;
}

export const realTime: Time = {
  nowMs: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** Node's timers do not go below a millisecond; it is part of what is measured (`lateP99Ms`). */
const TICK_MS = 1;
const WAIT_STEP_MS = 10;

class Account {
  readonly latencies: number[] = [];
  readonly lateness: number[] = [];
  outstanding = 0;
  failures = 0;
  shed = 0;
  isClosed = false;

  constructor(
    private readonly time: Time,
    private readonly mostOutstanding: number,
  ) {}

  /** Begins one piece of work that was to begin at `intendedMs`. */
  begin(intendedMs: number, work: () => Promise<void>): void {
    if (this.outstanding >= this.mostOutstanding) {
      this.shed += 1;
      return;
    }
    this.outstanding += 1;
    this.lateness.push(this.time.nowMs() - intendedMs);
    void work().then(
      () => this.end(() => this.latencies.push(this.time.nowMs() - intendedMs)),
      () =>
        this.end(() => {
          this.failures += 1;
        }),
    );
  }

  private end(count: () => void): void {
    if (this.isClosed) return;
    this.outstanding -= 1;
    count();
  }
}

/** Runs `work` at a fixed rate. A throw counts as a failure. */
export async function openLoop(loop: OpenLoop, work: () => Promise<void>, time: Time = realTime): Promise<OpenLoopFigures> {
  const { ratePerSecond, durationMs, mostOutstanding, patienceMs } = loop;
  const offered = Math.floor((ratePerSecond * durationMs) / 1_000);
  const account = new Account(time, mostOutstanding);
  const startedAtMs = time.nowMs();
  const intendedAtMs = (index: number) => startedAtMs + (index * 1_000) / ratePerSecond;
  for (let next = 0; next < offered; ) {
    const nowMs = time.nowMs();
    for (; next < offered && intendedAtMs(next) <= nowMs; next += 1) account.begin(intendedAtMs(next), work);
    if (next < offered) await time.sleep(TICK_MS);
  }
  const giveUpAtMs = time.nowMs() + patienceMs;
  while (account.outstanding > 0 && time.nowMs() < giveUpAtMs) await time.sleep(WAIT_STEP_MS);
  account.isClosed = true;
  const tookMs = Math.max(durationMs, time.nowMs() - startedAtMs);
  const latencies = account.latencies.sort((a, b) => a - b);
  return {
    perSecond: (latencies.length * 1_000) / tookMs,
    offered,
    completed: latencies.length,
    failures: account.failures + account.outstanding,
    shed: account.shed,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    p999Ms: quantile(latencies, 0.999),
    maxMs: latencies.at(-1) ?? Number.NaN,
    lateP99Ms: quantile(
      account.lateness.sort((a, b) => a - b),
      0.99,
    ),
  };
}
