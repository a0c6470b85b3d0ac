/** What initiators were told (L): judged when it is said, against what is durable at that moment, and once more at the end. */
import { isFinal, type TransactionView } from '@assent/protocol';
import type { Durable } from './durable.js';
import type { Findings } from './findings.js';

interface Promised {
  contentHash: string | null;
  readonly branches: Set<string>;
  decision: 'commit' | 'abort' | null;
  final: string | null;
}

export class Promises {
  private readonly byGid = new Map<string, Promised>();

  constructor(
    private readonly durable: Durable,
    private readonly findings: Findings,
  ) {}

  /** Gids of which somebody was told that they are accepted. */
  get accepted(): readonly string[] {
    return [...this.byGid].filter(([, promised]) => promised.contentHash !== null).map(([gid]) => gid);
  }

  begun(gid: string, contentHash: string, view: TransactionView): void {
    const row = this.durable.row(gid);
    if (row === undefined) this.lost(gid, 'it was acknowledged before it was durable');
    else if (row.contentHash !== contentHash) this.lost(gid, 'it was acknowledged, but what is stored is something else');
    this.of(gid).contentHash = contentHash;
    this.shown(view);
  }

  registered(gid: string, branch: string, view: TransactionView): void {
    if (this.durable.state(gid)?.graph.indexOf.has(branch) !== true) this.lost(gid, `${branch} was acknowledged before it was durable`);
    this.of(gid).branches.add(branch);
    this.shown(view);
  }

  decided(gid: string, decision: 'commit' | 'abort', view: TransactionView): void {
    if (this.durable.state(gid)?.decision?.kind !== decision) this.lost(gid, `${decision} was acknowledged before it was durable`);
    this.of(gid).decision = decision;
    this.shown(view);
  }

  /** A submit is about to be asked for. */
  submits(gid: string): void {
    this.durable.submits(gid);
  }

  /** A person is about to pause it. */
  pauses(gid: string): void {
    this.durable.pauses(gid);
  }

  /** A person is about to resume it. */
  resumes(gid: string): void {
    this.durable.resumes(gid);
  }

  /** A person is about to have everything tried again, or to give it another policy. */
  renews(gid: string): void {
    this.durable.renews(gid);
  }

  /** A submit that lists other branches than are registered was carried out. */
  submittedOthers(gid: string): void {
    this.lost(gid, 'it was submitted with other branches than are registered');
  }

  /** A view was answered: it must not be ahead of what is durable. */
  shown(view: TransactionView): void {
    const row = this.durable.row(view.gid);
    if (row === undefined) this.lost(view.gid, 'it was shown before it was durable');
    else if (view.version > row.version) this.lost(view.gid, `version ${view.version} was shown, but ${row.version} is durable`);
    else if (view.version === row.version && view.status !== row.status) {
      this.lost(view.gid, `it was shown ${view.status} as version ${view.version}, which is ${row.status}`);
    }
    if (isFinal(view.status)) this.of(view.gid).final = view.status;
    if (view.status !== 'active') this.of(view.gid).decision ??= view.status.startsWith('commit') ? 'commit' : 'abort';
  }

  /** What was promised and is not so at the end. */
  judge(): void {
    for (const [gid, promised] of this.byGid) {
      const row = this.durable.row(gid);
      const tx = this.durable.state(gid);
      if (row === undefined || tx === null) {
        if (promised.contentHash !== null) this.lost(gid, 'it was accepted, and is not there');
        continue;
      }
      for (const branch of promised.branches)
        if (!tx.graph.indexOf.has(branch)) this.lost(gid, `${branch} was registered, and is not there`);
      if (promised.decision !== null && tx.decision?.kind !== promised.decision) {
        this.lost(gid, `its decision to ${promised.decision} was acknowledged, and it is ${row.status}`);
      }
      if (promised.final !== null && row.status !== promised.final) this.lost(gid, `it was ${promised.final}, and is ${row.status}`);
    }
  }

  private of(gid: string): Promised {
    let promised = this.byGid.get(gid);
    if (promised === undefined) {
      promised = { contentHash: null, branches: new Set(), decision: null, final: null };
      this.byGid.set(gid, promised);
    }
    return promised;
  }

  private lost(gid: string, says: string): void {
    if (!this.durable.hasLostCommits) this.findings.add('L', gid, says);
  }
}
