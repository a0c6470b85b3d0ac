/**
 * What people did by hand, judged by what they were answered (L) and by what took effect (A, I): a sealed op never acts any more, nor does one that
 * a person has settled after its participant was told. Who settles by force has said that no call can arrive, and answers for it.
 */
import { type AuditRow, type Deed, type FlushBatch, type Intervention, noteIdOf } from '@assent/engine';
import type { Transaction } from '@assent/protocol';
import type { Durable } from './durable.js';
import { type EffectKind, type Effects, effectOf } from './effects.js';
import type { Findings } from './findings.js';

interface DeedDetail {
  readonly outcome: string;
  readonly code?: string;
  readonly version: number;
}

/** What no call of a branch does any more, once an op of this kind is sealed. */
const closedBySealOf: Readonly<Record<EffectKind, readonly EffectKind[]>> = {
  forward: ['forward'],
  commit: ['commit', 'rollback'],
  rollback: ['forward', 'commit', 'rollback'],
};

/** What the participant's answer to a seal is refused with. */
const ABOUT_SEALS: ReadonlySet<string> = new Set(['not_sealed', 'had_run']);

export class ByHand {
  /** Branch -> what never takes effect there any more. */
  private readonly closed = new Map<string, Set<EffectKind>>();
  private readonly settled = new Set<string>();
  private readonly forced = new Set<string>();
  private readonly asked = new Map<string, Deed>();
  private readonly done = new Set<string>();
  /** The ids under which the audit would tell that one of these was not done. */
  private readonly doneNotes = new Set<string>();

  constructor(
    private readonly durable: Durable,
    private readonly findings: Findings,
  ) {}

  /** A person is about to ask. */
  asks(deed: Deed): void {
    this.asked.set(deed.id, deed);
  }

  /** A person is about to say how an op of this branch ended; by `force` when its participant could not be told. */
  settles(gid: string, branch: string, how: 'sealed' | 'force'): void {
    this.settled.add(`${gid}/${branch}`);
    if (how === 'force') this.forced.add(`${gid}/${branch}`);
  }

  /** True when a person answers for whatever became of this branch. */
  isForced(gid: string, branch: string): boolean {
    return this.forced.has(`${gid}/${branch}`);
  }

  /** Pools of which a person may have left something held: what that branch had set aside nobody moves but they. */
  untidyPools(): ReadonlySet<string> {
    return new Set([...this.settled].map((place) => this.poolOf(place)));
  }

  /** The barrier of a participant has kept a seal. */
  sealed(gid: string, branch: string, op: string): void {
    const kind = effectOf(op);
    if (kind === undefined) return;
    const place = `${gid}/${branch}`;
    const closed = this.closed.get(place) ?? new Set();
    this.closed.set(place, closed);
    for (const one of closedBySealOf[kind]) closed.add(one);
  }

  /** A local transaction with this effect has committed. */
  took(gid: string, branch: string, kind: EffectKind): void {
    if (this.durable.hasLostCommits) return;
    if (this.closed.get(`${gid}/${branch}`)?.has(kind) === true)
      this.findings.add('I', gid, `the ${kind} op of ${branch} took effect after a seal that forbids it`);
    const tx = this.durable.state(gid);
    if (tx !== null && !this.isForced(gid, branch) && isSettledByHand(tx, branch, kind))
      this.findings.add('I', gid, `the ${kind} op of ${branch} took effect after a person had settled it`);
  }

  /** A: of what people say that it never happened nothing has, unless they insisted. Judged at the end. */
  judge(effects: Effects): void {
    for (const place of this.settled) {
      const [gid = '', id = ''] = place.split('/');
      const tx = this.durable.state(gid);
      const [seen] = effects.observe(gid, [{ id }]);
      if (tx === null || seen === undefined || this.isForced(gid, id)) continue;
      for (const kind of ['forward', 'commit', 'rollback'] as const)
        if (seen[kind] > 0 && endedByHand(tx, id, kind) === 'failed')
          this.findings.add('A', gid, `the ${kind} op of ${id} took effect, and a person was let say that it did not`);
    }
  }

  /** A flush has committed, and its images are in place: a deed is told once, of the version that it was meant for, and with what it does. */
  flushed({ audit, noted = [] }: FlushBatch, unmoved: readonly string[]): void {
    if (this.durable.hasLostCommits) return;
    for (const row of noted) this.judgeNote(row);
    const told = audit.filter(({ gid, detail }) => !unmoved.includes(gid) && (JSON.parse(detail) as DeedDetail).outcome === 'done');
    for (const { id, gid, detail } of told) {
      if (this.done.has(id)) this.findings.add('I', gid, `deed ${id} was done twice`);
      this.done.add(id);
      this.doneNotes.add(noteIdOf(id));
      const deed = this.asked.get(id);
      if (deed === undefined) continue;
      const { version } = JSON.parse(detail) as DeedDetail;
      if ((deed.ifVersion ?? version) !== version)
        this.findings.add('L', gid, `what was asked of version ${deed.ifVersion} only was done to version ${version}`);
      // Of several deeds in one image a later one may have undone what an earlier one did.
      const isAlone = told.filter((other) => other.gid === gid).length === 1;
      if (isAlone && !this.isDurable(gid, deed.intervention))
        this.findings.add('L', gid, `${deed.intervention.kind} was told, and is not durable`);
    }
  }

  /** Somebody who asks again may be refused a seal while the first request is on its way: that is no word about the deed. */
  private judgeNote({ id, gid, action, detail }: AuditRow): void {
    const { outcome, code = '' } = JSON.parse(detail) as DeedDetail;
    if (this.doneNotes.has(id) && !ABOUT_SEALS.has(code))
      this.findings.add('I', gid, `${action} was done, and is told again as ${outcome}`);
  }

  /** A person was answered that it is done. */
  acknowledged(gid: string, { id, intervention }: Deed): void {
    if (this.durable.hasLostCommits || this.done.has(id)) return;
    this.findings.add('L', gid, `${intervention.kind} was acknowledged before it was durable`);
  }

  /** A person was answered that it was so already; another one may have changed it since, unless it is of what is never taken back. */
  acknowledgedBefore(gid: string, { id, intervention }: Deed): void {
    if (this.durable.hasLostCommits || this.done.has(id) || !['resolve', 'abort'].includes(intervention.kind)) return;
    if (!this.isDurable(gid, intervention)) this.findings.add('L', gid, `${intervention.kind} is said to be done, and is not durable`);
  }

  private isDurable(gid: string, intervention: Intervention): boolean {
    const tx = this.durable.state(gid);
    return tx !== null && isDone(tx, intervention);
  }

  private poolOf(place: string): string {
    const [gid = '', id] = place.split('/');
    const branch = this.durable.state(gid)?.definition.branches.find((known) => known.id === id);
    return branch === undefined ? '' : (JSON.parse(branch.payload) as { readonly pool: string }).pool;
  }
}

function isDone(tx: Transaction, intervention: Intervention): boolean {
  switch (intervention.kind) {
    case 'edit-payload':
      return tx.definition.branches.find(({ id }) => id === intervention.branch)?.payload === intervention.payload;
    case 'change-policy': {
      const { name, version } = intervention.policy;
      return tx.policy.name === name && tx.policy.version === version;
    }
    case 'resolve':
      return isSettledByHand(tx, intervention.branch, effectOf(intervention.op));
    case 'abort':
      return tx.decision?.kind === 'abort';
    default:
      return true;
  }
}

function isSettledByHand(tx: Transaction, id: string, kind: EffectKind | undefined): boolean {
  return kind !== undefined && endedByHand(tx, id, kind) !== 'no';
}

/** How a person said that the op of this kind ended; a branch owes one end, to the decision that there is. */
function endedByHand(tx: Transaction, id: string, kind: EffectKind): 'no' | 'succeeded' | 'failed' {
  const branch = tx.branches[tx.graph.indexOf.get(id) ?? -1];
  if (branch === undefined) return 'no';
  if (kind !== 'forward' && (tx.decision?.kind === 'commit') !== (kind === 'commit')) return 'no';
  const { state } = kind === 'forward' ? branch.forward : branch.end;
  if (state.kind === 'rejected') return state.refusal.code === 'resolved_by_hand' ? 'failed' : 'no';
  return (state.kind === 'succeeded' || state.kind === 'failed') && state.by === 'hand' ? state.kind : 'no';
}
