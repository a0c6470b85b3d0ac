/** B and 4.4 for one process: one call at a time for a branch, the next one not before the last has ended, and retries keep their distance. */
import type { BranchCall } from '@assent/engine';
import type { Outcome } from '@assent/protocol';
import type { Findings } from '../truth/index.js';

/** The shortest distance between two attempts after a failure, in milliseconds: the first interval of the policies, at its shortest. */
export interface CallBounds {
  readonly shortestRetryMs: number;
  /** More calls of one op of one branch than this are a storm. */
  readonly mostCalls: number;
}

interface Known {
  calls: number;
  /** Which tenure of the transaction the last call belongs to: another driver, or this one after another, knows nothing of it. */
  tenure: string;
  endedAtMs: number;
  wasUnknown: boolean;
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
    const known = this.known.get(`${place}/${op}`) ?? { calls: 0, tenure, endedAtMs: 0, wasUnknown: false };
    const restedMs = this.nowMs() - known.endedAtMs;
    if (known.wasUnknown && known.tenure === tenure && restedMs < this.bounds.shortestRetryMs) {
      this.findings.add('B', gid, `${op} of ${branch} was tried again after ${restedMs.toFixed(1)} ms`);
    }
    known.calls += 1;
    known.tenure = tenure;
    if (known.calls === this.bounds.mostCalls) this.findings.add('B', gid, `${op} of ${branch} was called ${known.calls} times`);
    this.known.set(`${place}/${op}`, known);
  }

  ended({ gid, branch, op }: BranchCall, outcome: Outcome): void {
    this.inAir.delete(`${gid}/${branch}`);
    const known = this.known.get(`${gid}/${branch}/${op}`);
    if (known === undefined) return;
    known.endedAtMs = this.nowMs();
    known.wasUnknown = outcome.kind === 'unknown';
  }
}
