/**
 * B: what the calls of a run add up to. Attempts follow the policy, whoever drives; a number that is durable is never used again for another call (the id of
 * a message is made of it); and no call leaves before the time that is durable. What a driver knows it has from its own calls, or, when it has just
 * taken a transaction up, from the last image: so the ledger takes a copy whenever an image is cut, and goes on from there when the driver changes.
 */
import type { BranchCall, FlushBatch, Incarnation } from '@assent/engine';
import { type Outcome, patterns } from '@assent/protocol';
import type { Durable } from './durable.js';
import type { Findings } from './findings.js';

interface Count {
  readonly tenure: number;
  readonly calls: number;
  readonly attempts: number;
  /** While the participant is still working calls are polls, and polls are no attempts. */
  readonly isPolled: boolean;
  /** What became of a call in the air its driver's successor will not know: it may ask once more. */
  readonly inAir: boolean;
}

/** Branch and op -> what was counted. */
type Counts = Map<string, Count>;

const nothing: Omit<Count, 'tenure'> = { calls: 0, attempts: 0, isPolled: false, inAir: false };

/** A node reads the database's clock with every flush; between two it is right to a few milliseconds. */
const CLOCK_TOLERANCE_MS = 10;

export class CallLedger {
  private readonly present = new Map<string, Counts>();
  private readonly durableCounts = new Map<string, Counts>();
  private readonly cuts = new WeakMap<FlushBatch, ReadonlyMap<string, Counts>>();

  constructor(
    private readonly durable: Durable,
    private readonly findings: Findings,
    /** Database time; `null` when the clocks of this run are shaken, so that moments cannot be judged from outside. */
    private readonly nowMs: (() => number) | null,
  ) {}

  /** A call leaves a node. Only what its owner does is judged: the calls of a node that was replaced are absorbed by the barrier. */
  leaves(call: BranchCall, by: Incarnation): void {
    const { gid, branch, op, attempt } = call;
    const tx = this.durable.state(gid);
    if (tx === null || this.durable.hasLostCommits || this.durable.row(gid)?.owner !== by) return;
    const isForward = op === patterns[tx.definition.pattern].forwardOp;
    const timeoutMs = isForward ? tx.policy.forwardTimeoutMs : tx.policy.endTimeoutMs;
    if (call.timeoutMs !== timeoutMs) this.add(call, `has ${call.timeoutMs} ms to be answered, and the policy says ${timeoutMs}`);
    if (this.durable.isRenewed(gid)) return;
    const known = this.known(gid, branch, op);
    if (attempt <= known.calls) this.add(call, `is call ${attempt}, and so was an earlier one`);
    const attempts = known.attempts + (known.isPolled ? 0 : 1);
    const limit = isForward ? tx.policy.forwardAttempts : tx.policy.endAttempts;
    if (attempts > limit) this.add(call, `is attempt ${attempts}, and the policy permits ${limit}`);
    this.judgeMoment(call, isForward);
    this.note(gid, `${branch}/${op}`, { ...known, calls: attempt, attempts, inAir: true });
  }

  /** A call has ended at its sender. */
  ended({ gid, branch, op, attempt }: BranchCall, outcome: Outcome, by: Incarnation): void {
    if (this.durable.row(gid)?.owner !== by) return;
    const known = this.known(gid, branch, op);
    if (known.calls !== attempt) return;
    const isPolled = outcome.kind === 'pending' || (outcome.kind === 'unknown' && known.isPolled);
    this.note(gid, `${branch}/${op}`, { ...known, isPolled, inAir: false });
  }

  /** A flush has been put together: its images hold what is counted now. */
  cut(batch: FlushBatch): void {
    const counted = new Map<string, Counts>();
    for (const { gid, image } of batch.moves) if (image !== null) counted.set(gid, this.countsOf(gid));
    this.cuts.set(batch, counted);
  }

  /** It has committed. */
  committed(batch: FlushBatch, unmoved: ReadonlySet<string>): void {
    for (const [gid, counts] of this.cuts.get(batch) ?? []) if (!unmoved.has(gid)) this.durableCounts.set(gid, counts);
  }

  private judgeMoment(call: BranchCall, isForward: boolean): void {
    const tx = this.durable.state(call.gid);
    const branch = tx?.branches[tx.graph.indexOf.get(call.branch) ?? -1];
    if (this.nowMs === null || branch === undefined) return;
    const { state } = isForward ? branch.forward : branch.end;
    if (state.kind !== 'retrying' && state.kind !== 'pending') return;
    const earlyMs = state.notBeforeMs - this.nowMs();
    if (earlyMs > CLOCK_TOLERANCE_MS) this.add(call, `left ${earlyMs} ms before its time`);
  }

  /** What its driver knows: what was durable when it began, and its own calls since. */
  private countsOf(gid: string): Counts {
    const tenure = this.durable.tenureOf(gid);
    const counts: Counts = new Map(this.durableCounts.get(gid));
    for (const [key, count] of this.present.get(gid) ?? []) if (count.tenure === tenure) counts.set(key, count);
    return counts;
  }

  private known(gid: string, branch: string, op: string): Count {
    const tenure = this.durable.tenureOf(gid);
    const key = `${branch}/${op}`;
    const present = this.present.get(gid)?.get(key);
    if (present?.tenure === tenure) return present;
    const { calls, attempts, isPolled, inAir } = this.durableCounts.get(gid)?.get(key) ?? nothing;
    return { tenure, calls, attempts: attempts - (inAir && !isPolled ? 1 : 0), isPolled, inAir: false };
  }

  private note(gid: string, key: string, count: Count): void {
    let counts = this.present.get(gid);
    if (counts === undefined) {
      counts = new Map();
      this.present.set(gid, counts);
    }
    counts.set(key, count);
  }

  private add({ gid, branch, op }: BranchCall, says: string): void {
    this.findings.add('B', gid, `${op} of ${branch} ${says}`);
  }
}
