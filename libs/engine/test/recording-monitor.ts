/** Remembers what the engine told. */
import type { Outcome, TransactionView } from '@assent/protocol';
import type { BranchCall } from '../src/ports/branch-invoker.js';
import type { Concern, Monitor } from '../src/ports/monitor.js';

const LINE_FIELDS = ['level', 'time', 'name', 'pid', 'msg'];

export class RecordingMonitor implements Monitor {
  readonly alarms: string[] = [];
  /** What each alarm is about. */
  readonly concerns: (Concern | undefined)[] = [];
  readonly marks: string[] = [];
  readonly ended: TransactionView[] = [];
  /** Rows of each flush. */
  readonly flushes: number[] = [];
  /** Transactions taken up, by where they came from. */
  readonly taken = new Map<string, number>();
  begun = 0;

  started(): void {
    this.begun += 1;
  }

  finished(view: TransactionView): void {
    this.ended.push(view);
  }

  called(_call: BranchCall, _participant: string, _outcome: Outcome): void {
    // Calls are recorded by the branches themselves.
  }

  ignored(mark: string): void {
    this.marks.push(mark);
  }

  flushed(rows: number): void {
    this.flushes.push(rows);
  }

  alarm(code: string, detail: string, about?: Concern): void {
    this.alarms.push(`${code}: ${detail}`);
    this.concerns.push(about);
  }

  tookUp(from: string, count: number): void {
    this.taken.set(from, (this.taken.get(from) ?? 0) + count);
  }

  /** Only for people; but a line of the log has fields of its own, and of two of one name a reader sees the last. */
  info(message: string, fields: Readonly<Record<string, unknown>>): void {
    const taken = Object.keys(fields).filter((field) => LINE_FIELDS.includes(field));
    if (taken.length > 0) throw new Error(`"${message}" names ${taken.join()}, as every line does`);
  }

  /** True when an alarm with this code was raised. */
  raised(code: string): boolean {
    return this.alarms.some((alarm) => alarm.startsWith(`${code}:`));
  }
}
