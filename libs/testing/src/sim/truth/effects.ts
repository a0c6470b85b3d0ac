/** What the databases of the participants committed: the ground truth of I, E and S, judged effect by effect. */
import { type BranchObservation, contradictoryEffects, effectsTwice, rolledBackTooEarly, type Transaction } from '@assent/protocol';
import type { Durable } from './durable.js';
import type { Findings } from './findings.js';

/** Ops that wait for what they follow. */
const STARTS: ReadonlySet<string> = new Set(['action', 'try', 'deliver']);

export type EffectKind = 'forward' | 'commit' | 'rollback';

const kinds: Readonly<Record<string, EffectKind>> = {
  action: 'forward',
  try: 'forward',
  confirm: 'commit',
  deliver: 'commit',
  compensate: 'rollback',
  cancel: 'rollback',
};

/** What an op does when it takes effect; `undefined`: nothing, as a seal. */
export function effectOf(op: string): EffectKind | undefined {
  return kinds[op];
}

interface Seen {
  forward: number;
  commit: number;
  rollback: number;
  sealed: boolean;
  /** Definite answers to forward calls. */
  answered: 'nothing' | 'succeeded' | 'rejected';
}

export class Effects {
  private readonly branches = new Map<string, Seen>();
  private effects = 0;

  constructor(
    private readonly durable: Durable,
    private readonly findings: Findings,
  ) {}

  get count(): number {
    return this.effects;
  }

  /** A local transaction with this effect has committed. */
  took(gid: string, branch: string, kind: EffectKind): void {
    const seen = this.seen(gid, branch);
    if (kind === 'rollback') this.judgeOrder(gid, branch);
    seen[kind] += 1;
    this.effects += 1;
    if (kind === 'commit' && seen.forward === 0 && !this.liesBehindPivot(gid, branch)) {
      this.findings.add('E', gid, `${branch}: its commit op took effect, though its forward op never did`);
    }
    if (kind === 'forward' && seen.answered === 'rejected' && !this.durable.hasLostCommits) {
      this.findings.add('I', gid, `${branch} was answered rejected, and took effect later`);
    }
    this.judge(gid, branch, seen);
  }

  /** A local transaction has committed a barrier row of a rollback op. */
  sealed(gid: string, branch: string): void {
    const seen = this.seen(gid, branch);
    seen.sealed = true;
    this.judge(gid, branch, seen);
  }

  /** A forward call was answered. What was answered once for good is never answered otherwise. */
  answered(gid: string, branch: string, answer: 'succeeded' | 'rejected', result: string | null): void {
    if (this.durable.hasLostCommits) return;
    if (answer === 'succeeded' && result !== resultOf(branch))
      this.findings.add('I', gid, `${branch} was answered with the result ${result}`);
    const seen = this.seen(gid, branch);
    if (seen.answered !== 'nothing' && seen.answered !== answer) {
      this.findings.add('I', gid, `${branch} was answered ${seen.answered}, and then ${answer}`);
    }
    if (answer === 'succeeded' && seen.forward === 0)
      this.findings.add('I', gid, `${branch} was answered succeeded, and never took effect`);
    seen.answered = answer;
  }

  /** Steps run in their declared order: whatever a forward call follows has taken effect before it leaves. */
  callLeaves(gid: string, branch: string, op: string): void {
    const tx = this.durable.state(gid);
    const index = tx?.graph.indexOf.get(branch);
    if (tx === null || index === undefined || this.durable.hasLostCommits || !STARTS.has(op)) return;
    for (const before of tx.graph.after[index]!) {
      const { id } = tx.definition.branches[before]!;
      const { forward, commit } = this.seen(gid, id);
      if (forward + commit === 0 && !wasDoneByHand(tx.branches[before]!))
        this.findings.add('S', gid, `${op} of ${branch} left before ${id} had taken effect`);
    }
  }

  /** What is seen of these branches, in their order. */
  observe(gid: string, branches: readonly { readonly id: string }[]): readonly BranchObservation[] {
    return branches.map(({ id }) => observation(id, this.seen(gid, id)));
  }

  /** Behind a pivot there is no forward op: the action runs as the commit op. */
  private liesBehindPivot(gid: string, branch: string): boolean {
    const tx = this.durable.state(gid);
    return tx === null || this.durable.hasLostCommits || tx.graph.behindPivot[tx.graph.indexOf.get(branch) ?? -1] === true;
  }

  private judge(gid: string, branch: string, seen: Seen): void {
    // A transaction that the database forgot may be begun once more with other content, and by the same name go elsewhere.
    if (this.durable.hasLostCommits) return;
    const observed = [observation(branch, seen)];
    for (const { invariant, says } of [...effectsTwice(observed), ...contradictoryEffects(observed)]) {
      this.findings.add(invariant, gid, `${branch}: ${says}`);
    }
  }

  private judgeOrder(gid: string, branch: string): void {
    const tx = this.durable.state(gid);
    if (tx === null || this.durable.hasLostCommits) return;
    const index = tx.graph.indexOf.get(branch);
    if (index === undefined) return;
    for (const { invariant, says } of rolledBackTooEarly(tx, index, this.observe(gid, tx.definition.branches))) {
      this.findings.add(invariant, gid, `${branch}: ${says}`);
    }
  }

  private seen(gid: string, branch: string): Seen {
    const key = `${gid}/${branch}`;
    let seen = this.branches.get(key);
    if (seen === undefined) {
      seen = { forward: 0, commit: 0, rollback: 0, sealed: false, answered: 'nothing' };
      this.branches.set(key, seen);
    }
    return seen;
  }
}

/** Durably so: a person said that it took effect, or, behind a pivot, that it never will. */
function wasDoneByHand({ forward, end }: Transaction['branches'][number]): boolean {
  return [forward, end].some(({ state }) => (state.kind === 'succeeded' || state.kind === 'failed') && state.by === 'hand');
}

/** What the work of a forward op answers, the first time and whenever it is repeated. */
export function resultOf(branch: string): string {
  return JSON.stringify({ of: branch });
}

function observation(branch: string, { forward, commit, rollback, sealed }: Seen): BranchObservation {
  return { branch, forward, commit, rollback, sealed };
}
