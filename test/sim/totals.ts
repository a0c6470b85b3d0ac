/** What a campaign adds up to. */
import { faultNames, marks, type Report } from '@assent/testing';

export class Totals {
  seeds = 0;
  failed = 0;
  sqliteSeeds = 0;
  committed = 0;
  aborted = 0;
  parked = 0;
  effects = 0;
  events = 0;
  virtualMs = 0;
  readonly injected = new Map<string, number>(faultNames.map((name) => [name, 0]));
  readonly reached = new Map<string, number>(Object.keys(marks).map((mark) => [mark, 0]));

  add(report: Report, database: 'sqlite' | 'maps'): void {
    this.seeds += 1;
    if (report.findings.length > 0) this.failed += 1;
    if (database === 'sqlite') this.sqliteSeeds += 1;
    this.committed += report.committed;
    this.aborted += report.aborted;
    this.parked += report.parked;
    this.effects += report.effects;
    this.events += report.events;
    this.virtualMs += report.virtualMs;
    for (const [name, count] of report.injected) this.injected.set(name, (this.injected.get(name) ?? 0) + count);
    for (const [mark, count] of report.marks) if (this.reached.has(mark)) this.reached.set(mark, this.reached.get(mark)! + count);
  }

  get transactions(): number {
    return this.committed + this.aborted + this.parked;
  }

  get faults(): number {
    return [...this.injected.values()].reduce((sum, count) => sum + count, 0);
  }

  get virtualHours(): number {
    return this.virtualMs / 3_600_000;
  }

  get unreached(): readonly string[] {
    return [...this.reached].filter(([, count]) => count === 0).map(([mark]) => mark);
  }
}
