/** Whether the company is told what it must be told, and nothing else: one event for each durable version that changed the status or the parking (L). */
import type { FlushBatch } from '@assent/engine';
import { type EventChange, eventOf, type Transaction, type TransactionEvent } from '@assent/protocol';
import type { Findings } from './findings.js';

/** A durable image that a flush has put in the place of another. */
export interface Change {
  readonly gid: string;
  readonly version: number;
  /** `null`: it was begun. */
  readonly before: Transaction | null;
  readonly after: Transaction;
}

/** Compares the events of a flush that has committed with what it changed, as it reads back from the database. */
export function judgeEvents(findings: Findings, { events }: FlushBatch, changes: readonly Change[]): void {
  const told = new Map(events.map((row) => [row.gid, row]));
  for (const { gid, version, before, after } of changes) {
    const owed = eventOf(before, after, { version, atMs: 0, participantOf: () => '' });
    const row = told.get(gid);
    if (owed === null) {
      if (row !== undefined) findings.add('L', gid, `version ${version} was told of, and changed nothing that anybody is told of`);
    } else if (row === undefined) {
      findings.add('L', gid, `nobody is told of version ${version}: ${inWords(owed.changes)}`);
    } else {
      const { changes: found } = JSON.parse(row.body) as TransactionEvent;
      const isSame = row.version === version && row.status === after.status && inWords(found) === inWords(owed.changes);
      if (!isSame)
        findings.add(
          'L',
          gid,
          `version ${version} is told as ${row.version} ${row.status} ${inWords(found)}, not ${inWords(owed.changes)}`,
        );
    }
  }
}

function inWords(changes: readonly EventChange[]): string {
  return changes.map((change) => Object.values(change).join(' ')).join(', ');
}
