/** B and 4.4 for one process: one call at a time for a branch, the next one not before the last has ended, and retries keep their distance. */
import type { BranchCall } from '@assent/engine';
import type { Outcome } from '@assent/protocol';
import type { Findings } from '../truth/index.js';

/** The shortest distance between two attempts after a failure, in milliseconds: the first interval of the policies, at its shortest. */
export interface CallBounds {
  readonly shortestRetryMs: number;
  /** How far the node's idea of a long time may be wrong, in milliseconds; `null`: by anything. */
  readonly longWaitToleranceMs: number | null;
  /** More calls of one op of one branch than this are a storm. */
  readonly mostCalls: number;
}

/** Clocks are read a few milliseconds apart. */
const CLOCK_TOLERANCE_MS = 10;

interface Known {
  calls: number;
  /** Which tenure of the transaction the last call belongs to: another driver, or this one after another, knows nothing of it. */
  tenure: string;
  endedAtMs: number;
  /** The next call keeps at least this distance from the end of the last. */
  restsMs: number;
  /** Since when every call has been answered that the work goes on. */
  pendingSinceMs: number | null;
  hasWaitedTooLong: boolean;
}

export class WatchedCalls {
  private readonly inAir = new Map<string, { readonly op: string; readonly tenure: string }>();
  private readonly known = new Map<string, Known>();

  constructor(
    private readonly findings: Findings,
    private readonly bounds: CallBounds,
    private readonly nowMs: () => number,
  ) {}

  leaves({ gid, branch, op }: BranchCall, tenure: string): void {
    const place = `${gid}/${branch}`;
    const other = this.inAir.get(place);
    if (other !== undefined && other.tenure === tenure)
      this.findings.add('D', gid, `${op} of ${branch} left while ${other.op} was in the air`);
    this.inAir.set(place, { op, tenure });
    const before = this.known.get(`${place}/${op}`) ?? unknownCalls(tenure);
    // Another driver, or this one after another, begins with what is durable.
    const known = before.tenure === tenure ? before : { ...unknownCalls(tenure), calls: before.calls };
    const restedMs = this.nowMs() - known.endedAtMs;
    if (restedMs < known.restsMs) this.findings.add('B', gid, `${op} of ${branch} was tried again after ${restedMs.toFixed(1)} ms`);
    if (known.hasWaitedTooLong) this.findings.add('B', gid, `${op} of ${branch} was asked for longer than the policy permits`);
    known.calls += 1;
    if (known.calls === this.bounds.mostCalls) this.findings.add('B', gid, `${op} of ${branch} was called ${known.calls} times`);
    this.known.set(`${place}/${op}`, known);
  }

  /** `maxPendingMs`: for how long the policy lets a branch say that it is still working. */
  ended({ gid, branch, op, timeoutMs }: BranchCall, outcome: Outcome, maxPendingMs: number): void {
    this.inAir.delete(`${gid}/${branch}`);
    const known = this.known.get(`${gid}/${branch}/${op}`);
    if (known === undefined) return;
    const nowMs = this.nowMs();
    known.endedAtMs = nowMs;
    known.restsMs = outcome.kind === 'unknown' ? this.restAfter(outcome.code, timeoutMs) : 0;
    if (outcome.kind === 'pending') known.pendingSinceMs ??= nowMs;
    else if (outcome.kind !== 'unknown') known.pendingSinceMs = null;
    const { longWaitToleranceMs } = this.bounds;
    if (longWaitToleranceMs !== null && known.pendingSinceMs !== null)
      known.hasWaitedTooLong = nowMs - known.pendingSinceMs > maxPendingMs + longWaitToleranceMs;
  }

  /** An abandoned call may still be on its way: after a timeout the next one keeps another timeout's distance (DESIGN 5). */
  private restAfter(code: string, timeoutMs: number): number {
    const { shortestRetryMs } = this.bounds;
    return code === 'timeout' && shortestRetryMs > 0 ? timeoutMs - CLOCK_TOLERANCE_MS : shortestRetryMs;
  }
}

function unknownCalls(tenure: string): Known {
  return { calls: 0, tenure, endedAtMs: 0, restsMs: 0, pendingSinceMs: null, hasWaitedTooLong: false };
}
