/** What an engine tells about itself in a run: marks that it reached, and alarms that must never be raised. */
import type { Monitor } from '@assent/engine';
import type { TransactionView } from '@assent/protocol';
import type { Journal, Marks } from '../kernel/index.js';
import type { Findings } from '../truth/index.js';

/** Alarms that a fault of a run explains. Every other one is a mistake of ours. */
const expected: ReadonlySet<string> = new Set([
  'fenced',
  'flush_in_doubt',
  'store_unavailable',
  'node_dead',
  'node_declared_dead',
  'replaced',
  'drained_incompletely',
  'branch_parked',
  'breaker_open',
]);

export class SimMonitor implements Monitor {
  hasAlarmedLostCommits = false;
  constructor(
    private readonly name: string,
    private readonly journal: Journal,
    private readonly marks: Marks,
    private readonly findings: Findings,
    private readonly mayLoseCommits: boolean,
  ) {}

  started(): void {
    // Counted by what is durable.
  }

  finished(view: TransactionView): void {
    const code = view.decision?.reason?.code;
    if (view.status !== 'aborted') return;
    if (code === 'deadline') this.marks.reach('aborted by deadline');
    else if (code === 'attempts_exhausted') this.marks.reach('aborted by exhausted attempts');
    else if (view.decision?.reason?.branch !== undefined) this.marks.reach('aborted by refusal');
  }

  called(): void {
    // Watched where it leaves.
  }

  ignored(mark: string): void {
    this.marks.reach(`engine ${mark}`);
  }

  flushed(): void {
    // Watched where it is carried out.
  }

  alarm(code: string, detail: string): void {
    this.journal.note(this.name, `ALARM ${code}`, detail);
    this.marks.reach(`alarm ${code}`);
    if (code === 'lost_commits') this.hasAlarmedLostCommits = true;
    if (expected.has(code) || (code === 'lost_commits' && this.mayLoseCommits)) return;
    this.findings.add('B', '', `${this.name} raised ${code}: ${detail}`);
  }

  tookUp(from: string): void {
    this.marks.reach(`took up from ${from}`);
  }

  info(message: string): void {
    this.journal.note(this.name, message);
    this.marks.reach(`info ${message}`);
  }
}
