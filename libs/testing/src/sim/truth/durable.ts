/** What the database of a run holds, flush by flush, and whether each flush was allowed to write what it wrote (L, O, S, D). */
import type { BranchCall, FlushBatch, Incarnation, Move, StoredTransaction } from '@assent/engine';
import { type Definition, isFinal, leftTooEarly, load, type Op, type Policy, planFor, type Transaction, takenBack } from '@assent/protocol';
import type { Marks } from '../kernel/index.js';
import type { Fences } from './fences.js';
import type { Findings } from './findings.js';
import { type Change, judgeEvents } from './told.js';

const COMMITS: ReadonlySet<string> = new Set(['confirm', 'commit', 'deliver', 'complete']);
const ROLLBACKS: ReadonlySet<string> = new Set(['cancel', 'compensate', 'rollback']);

export class Durable {
  private rows = new Map<string, StoredTransaction>();
  private states = new Map<string, Transaction>();
  private finals = 0;
  /** The last owner of each transaction, and how often it went to another. */
  private readonly tenures = new Map<string, { readonly owner: Incarnation; readonly count: number }>();
  /** Whether a person is told that something of it is parked, by what was written last. */
  private readonly attention = new Map<string, boolean>();
  /** Transactions that their initiator has asked to commit. */
  private readonly submitted = new Set<string>();
  /** Transactions that a person has asked to pause, and not yet to resume. */
  private readonly pausing = new Set<string>();
  /** Transactions of which a person had everything tried again: their attempts begin anew, and before their time. */
  private readonly renewed = new Set<string>();
  /** Off once the database has lost commits: what it holds is then nobody's truth. */
  private isTrusted = true;

  constructor(
    private readonly policies: readonly Policy[],
    private readonly fences: Fences,
    private readonly findings: Findings,
    private readonly marks: Marks,
  ) {}

  get gids(): readonly string[] {
    return [...this.rows.keys()];
  }

  get unfinished(): number {
    return this.rows.size - this.finals;
  }

  get hasLostCommits(): boolean {
    return !this.isTrusted;
  }

  row(gid: string): StoredTransaction | undefined {
    return this.rows.get(gid);
  }

  /** The durable state, or `null` when there is none. */
  state(gid: string): Transaction | null {
    const known = this.states.get(gid);
    if (known !== undefined) return known;
    const row = this.rows.get(gid);
    if (row === undefined) return null;
    const state = this.read(row);
    this.states.set(gid, state);
    return state;
  }

  /** Counts how often this transaction went from one owner to another. */
  tenureOf(gid: string): number {
    return this.tenures.get(gid)?.count ?? 0;
  }

  /** True when only a person can move it. */
  isParked(gid: string): boolean {
    const tx = this.state(gid);
    return tx !== null && !isFinal(tx.status) && planFor(tx, tx, 0).waitsFor === 'person';
  }

  /** True when people are told that only they can move it. */
  isListedAsParked(gid: string): boolean {
    return this.attention.get(gid) === true;
  }

  /** A person is about to pause it: from then until somebody is about to resume it no call may leave once it is durably paused. */
  pauses(gid: string): void {
    this.pausing.add(gid);
  }

  resumes(gid: string): void {
    this.pausing.delete(gid);
  }

  /** A person is about to have everything tried again: what was counted of its calls says nothing any more. */
  renews(gid: string): void {
    this.renewed.add(gid);
    const tenure = this.tenures.get(gid);
    if (tenure !== undefined) this.tenures.set(gid, { ...tenure, count: tenure.count + 1 });
  }

  isRenewed(gid: string): boolean {
    return this.renewed.has(gid);
  }

  /** The initiator is about to submit: from now on a decision to commit may be seen. */
  submits(gid: string): void {
    this.submitted.add(gid);
  }

  /** A flush has committed; `after` are the rows of its gids as they are now. */
  flushed(batch: FlushBatch, unmoved: readonly string[], after: readonly StoredTransaction[]): void {
    const unmatched = new Set(unmoved);
    for (const { gid, rows } of batch.attention)
      if (!unmatched.has(gid))
        this.attention.set(
          gid,
          rows.some(({ kind }) => kind === 'parked'),
        );
    const byGid = new Map(after.map((row) => [row.gid, row]));
    const written = [...batch.begins, ...batch.moves].filter(({ gid }) => !unmatched.has(gid));
    const before = new Map(written.map(({ gid }) => [gid, this.state(gid)]));
    for (const { gid } of batch.begins) this.begun(gid, byGid.get(gid));
    for (const move of batch.moves) this.moved(batch, move, unmatched.has(move.gid), byGid.get(move.gid));
    if (this.isTrusted) judgeEvents(this.findings, batch, this.changesOf(before));
  }

  /** D, O, S: whether this call, which is no seal, may leave this node now, by what is durable. */
  callLeaves(call: BranchCall, by: Incarnation): void {
    if (!this.isTrusted) return;
    const { gid, branch } = call;
    const op = call.op as Op;
    const durable = this.state(gid);
    const isOwner = this.rows.get(gid)?.owner === by;
    if (isOwner && durable?.paused && this.pausing.has(gid)) this.findings.add('D', gid, `${op} of ${branch} left while it was paused`);
    if (!isOwner && this.fences.isAlive(by)) this.findings.add('O', gid, `${op} of ${branch} left a node that lives and does not own it`);
    if (durable === null) {
      this.findings.add('D', gid, `${op} of ${branch} left before its transaction was durable`);
      return;
    }
    for (const { invariant, says } of leftTooEarly({ branch, op, needs: needsOf(op) }, presentBy(op, durable, isOwner), durable)) {
      this.findings.add(invariant, gid, says);
    }
    const index = durable.graph.indexOf.get(branch);
    if (!ROLLBACKS.has(op)) return;
    if (index === undefined || !durable.branches[index]!.inHorizon) {
      this.findings.add('S', gid, `${op} of ${branch} was sent, though it lies outside the durable horizon`);
    } else if (durable.graph.after[index]!.some((before) => durable.branches[before]!.forward.state.kind === 'rejected')) {
      this.findings.add('S', gid, `${op} of ${branch} was sent, though a step before it was refused, and its turn never came`);
    }
  }

  /** The database goes back to what it held when this was called. */
  snapshot(): () => void {
    const rows = new Map(this.rows);
    const states = new Map(this.states);
    const finals = this.finals;
    return () => {
      this.rows = new Map(rows);
      this.states = new Map(states);
      this.finals = finals;
      this.isTrusted = false;
    };
  }

  private changesOf(before: ReadonlyMap<string, Transaction | null>): readonly Change[] {
    return [...before].flatMap(([gid, earlier]) => {
      const [row, after] = [this.rows.get(gid), this.state(gid)];
      return row === undefined || after === null ? [] : [{ gid, version: row.version, before: earlier, after }];
    });
  }

  private begun(gid: string, row: StoredTransaction | undefined): void {
    if (row === undefined) {
      this.findings.add('L', gid, 'its begin committed, and it is not there');
      return;
    }
    const before = this.rows.get(gid);
    if (before !== undefined) this.findings.add('L', gid, 'it was begun over one that was there');
    this.keep(before, row);
  }

  private moved(batch: FlushBatch, move: Move, isUnmoved: boolean, row: StoredTransaction | undefined): void {
    const { gid } = move;
    const before = this.rows.get(gid);
    if (before === undefined || row === undefined) {
      if (!isUnmoved) this.findings.add('L', gid, 'it was moved, and it is not there');
      return;
    }
    if (isUnmoved) {
      this.marks.reach('guard unmoved');
      if (row.version !== before.version) this.findings.add('O', gid, `it was called unmoved, but its version is ${row.version}`);
      return;
    }
    const self = batch.fence.incarnation;
    if (row.version !== before.version + 1 || before.version !== move.fromVersion) {
      this.findings.add('O', gid, `version ${before.version} was moved from ${move.fromVersion} to ${row.version}`);
    }
    if (before.owner !== move.knownOwner)
      this.findings.add('O', gid, `${self} moved it as if ${move.knownOwner} owned it; it was ${before.owner}`);
    if (before.owner !== null && before.owner !== self && this.fences.isAlive(before.owner)) {
      this.findings.add('O', gid, `${self} took it from ${before.owner}, which is alive`);
    }
    if (move.image === null) this.marks.reach(markOf(before.owner, move.owner));
    this.keep(before, row);
  }

  private keep(before: StoredTransaction | undefined, row: StoredTransaction): void {
    this.finals += (isFinal(row.status) ? 1 : 0) - (before !== undefined && isFinal(before.status) ? 1 : 0);
    const earlier = before === undefined ? null : this.state(row.gid);
    const tenure = this.tenures.get(row.gid);
    if (row.owner !== null && row.owner !== tenure?.owner) this.tenures.set(row.gid, { owner: row.owner, count: (tenure?.count ?? 0) + 1 });
    this.rows.set(row.gid, row);
    // A claim or a takeover changes no image, and reading one is what judging costs most.
    const later = earlier !== null && before !== undefined && hasSameImage(before, row) ? earlier : this.read(row);
    this.states.set(row.gid, later);
    if (earlier === null || !this.isTrusted) return;
    if (later.decision?.kind === 'commit' && later.definition.driver === 'initiator' && !this.submitted.has(row.gid))
      this.findings.add('A', row.gid, 'it was decided to commit, and its initiator never asked for that');
    for (const { invariant, says } of takenBack(earlier, later)) this.findings.add(invariant, row.gid, says);
    if (isFinal(row.status) && row.owner !== null) this.findings.add('L', row.gid, 'it is final and still owned');
  }

  private read(row: StoredTransaction): Transaction {
    const { gid, name, businessKey, createdBy, createdAtMs, status, mixed, paused, definition, progress, version, finishedAtMs } = row;
    const { policy: ref } = JSON.parse(definition) as Definition;
    const policy = this.policies.find((known) => known.name === ref.name && known.version === ref.version);
    if (policy === undefined) throw new Error(`${gid} names a policy that this world does not have`);
    const image = { status, mixed, paused, definition, progress };
    return load({ origin: { gid, name, businessKey, createdBy, createdAtMs }, image, policy, version, finishedAtMs });
  }
}

/** What a move of ownership alone was. */
function markOf(from: Incarnation | null, to: Incarnation | null): string {
  if (to === null) return 'put off at rest';
  return from === null ? 'claimed at rest' : 'claimed from the dead';
}

function hasSameImage(one: StoredTransaction, other: StoredTransaction): boolean {
  return (
    one.status === other.status && one.progress === other.progress && one.definition === other.definition && one.paused === other.paused
  );
}

function needsOf(op: string): 'decision' | 'horizon' {
  return COMMITS.has(op) || ROLLBACKS.has(op) ? 'decision' : 'horizon';
}

/**
 * The state in the node's memory, as far as this call gives it away. What only the owner can know is asked of the owner only: the calls of a node
 * that was replaced are absorbed by the barrier.
 */
function presentBy(op: string, durable: Transaction, isOwner: boolean): Transaction {
  if (needsOf(op) === 'decision') return { ...durable, decision: { kind: COMMITS.has(op) ? 'commit' : 'abort', atMs: 0 } };
  return isOwner ? durable : { ...durable, decision: null };
}
