/**
 * The circuit breaker of one participant (DESIGN 9): whether it is worth calling now. Pure bookkeeping over outcomes and times that are passed
 * in; who waits while it is open is the business of the gate.
 *
 * Closed it opens after so many failures in a row, or when too many calls of the last while have failed. Open it says no until its time is up, then
 * lets one probe through: success closes it, failure opens it again for twice as long, up to a bound.
 */
import type { Outcome } from '@assent/protocol';

export interface BreakerPolicy {
  /** Opens after this many failures with nothing else in between. */
  readonly failuresInRow: number;
  /** Opens when this fraction (0..1) of the calls within `windowMs` have failed, once there were `leastCalls` of them. */
  readonly failureRatio: number;
  readonly leastCalls: number;
  readonly windowMs: number;
  /** How long it is open the first time; doubles with every failed probe up to `longestOpenMs`. */
  readonly openMs: number;
  readonly longestOpenMs: number;
}

/**
 * Three in a row, as one attempt and its two quick repeats. Half of at least 20 calls within 10 s: fewer prove nothing. A participant that is well
 * but fails now and then is left alone for a quarter of a second only; doubled with every failed probe, that is cheap for one that is down. 5 s is the
 * shortest cap of a shipped policy: whoever waits for a breaker waits no longer than a retry.
 */
export const defaultBreakerPolicy: BreakerPolicy = {
  failuresInRow: 3,
  failureRatio: 0.5,
  leastCalls: 20,
  windowMs: 10_000,
  openMs: 250,
  longestOpenMs: 5_000,
};

export type BreakerState = 'closed' | 'open' | 'half_open';

/** Outcomes that this node made up by itself: they say nothing about the participant. */
const OUR_OWN: ReadonlySet<string> = new Set([
  'participant_unknown',
  'egress_denied',
  'url_missing',
  'bad_call',
  'queue_full',
  'shutting_down',
  'invoker_failed',
]);

/** What a call says about its participant: a refusal is an answer like any other, and so is "still working". */
export function judgeOutcome(outcome: Outcome): 'alive' | 'failed' | 'nothing' {
  if (outcome.kind !== 'unknown') return 'alive';
  return OUR_OWN.has(outcome.code) ? 'nothing' : 'failed';
}

/** The last failure that was counted, for people. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly atMs: number;
}

export class Breaker {
  private current: BreakerState = 'closed';
  private inRow = 0;
  /** Probes that failed since it was last closed. */
  private failedProbes = 0;
  private untilMs = 0;
  private opened = 0;
  private changedAtMs: number | null = null;
  private problem: Problem | null = null;
  /** Calls and failures of the running half of the window, and of the half before it. */
  private half = { sinceMs: 0, calls: 0, failures: 0 };
  private halfBefore = { calls: 0, failures: 0 };

  constructor(private readonly policy: BreakerPolicy) {}

  get state(): BreakerState {
    return this.current;
  }

  /** When an open one lets its probe through, in the time of `nowMs` everywhere here. */
  get openUntilMs(): number {
    return this.untilMs;
  }

  /** How often it has opened, failed probes not counted. */
  get openedCount(): number {
    return this.opened;
  }

  /** Failures in a row. */
  get failures(): number {
    return this.inRow;
  }

  /** When it last changed between closed and not closed; `null`: never. */
  get sinceMs(): number | null {
    return this.changedAtMs;
  }

  get lastProblem(): Problem | null {
    return this.problem;
  }

  /** True once a probe has failed: this is no hiccup. */
  get isOutage(): boolean {
    return this.failedProbes > 0;
  }

  /** A call ended with an answer. True when that closes it. */
  succeeded(nowMs: number): boolean {
    this.inRow = 0;
    if (this.current === 'closed') {
      this.count(nowMs, 0);
      return false;
    }
    this.close(nowMs);
    return true;
  }

  /** A call ended without one. True when that opens it (again). `retryAfterMs`: how long the participant asks to be left alone. */
  failed(nowMs: number, problem: Omit<Problem, 'atMs'>, retryAfterMs = 0): boolean {
    this.inRow += 1;
    this.problem = { ...problem, atMs: nowMs };
    if (this.current === 'closed') {
      this.count(nowMs, 1);
      if (!this.isTooMuch) return false;
      this.opened += 1;
      this.changedAtMs = nowMs;
    } else {
      this.failedProbes += 1;
    }
    this.current = 'open';
    const { openMs, longestOpenMs } = this.policy;
    const growingMs = Math.min(longestOpenMs, openMs * 2 ** Math.min(this.failedProbes, 30));
    this.untilMs = nowMs + Math.max(growingMs, Math.min(retryAfterMs, longestOpenMs));
    return true;
  }

  /** The time of an open one is up: it waits for the outcome of a probe. */
  halfOpen(): void {
    if (this.current === 'open') this.current = 'half_open';
  }

  /** A person says that the participant is well, or it has just shown it. */
  close(nowMs: number): void {
    if (this.current !== 'closed') this.changedAtMs = nowMs;
    this.current = 'closed';
    this.inRow = 0;
    this.failedProbes = 0;
    this.half = { sinceMs: nowMs, calls: 0, failures: 0 };
    this.halfBefore = { calls: 0, failures: 0 };
  }

  private get isTooMuch(): boolean {
    const { failuresInRow, failureRatio, leastCalls } = this.policy;
    if (this.inRow >= failuresInRow) return true;
    const calls = this.half.calls + this.halfBefore.calls;
    return calls >= leastCalls && this.half.failures + this.halfBefore.failures >= calls * failureRatio;
  }

  private count(nowMs: number, failures: 0 | 1): void {
    const halfMs = this.policy.windowMs / 2;
    const ageMs = nowMs - this.half.sinceMs;
    if (ageMs >= halfMs) {
      this.halfBefore = ageMs < this.policy.windowMs ? this.half : { calls: 0, failures: 0 };
      this.half = { sinceMs: nowMs, calls: 0, failures: 0 };
    }
    this.half.calls += 1;
    this.half.failures += failures;
  }
}
