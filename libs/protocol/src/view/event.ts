/** What a durable image tells the rest of the company: an event when it changed the status or the parking, nothing otherwise. */
import type { Attention, EventOf } from '../api.js';
import { isMixed } from '../model/facts.js';
import type { Transaction } from '../model/transaction.js';
import type { EventChange } from '../wire/event.js';
import { attentionOf } from './attention.js';

/** See `EventOf` in `api.ts`. */
export const eventOf: EventOf = (before, after, { version, atMs, participantOf }) => {
  const parked = parkedIn(attentionOf(after, false, participantOf));
  const changes = changesBetween(before, after, parked);
  if (changes.length === 0) return null;
  return {
    gid: after.gid,
    version,
    name: after.name,
    pattern: after.definition.pattern,
    key: after.businessKey,
    status: after.status,
    mixed: isMixed(after),
    paused: after.paused !== null,
    createdAtMs: after.createdAtMs,
    atMs,
    decision: after.decision,
    parked: parked.map(({ branch, participant, code }) => ({ branch, participant, code })),
    changes,
    ...(after.definition.trace === undefined ? {} : { trace: after.definition.trace }),
  };
};

function changesBetween(before: Transaction | null, after: Transaction, parked: readonly Attention[]): readonly EventChange[] {
  const changes: EventChange[] = [];
  if (before?.status !== after.status) changes.push({ what: 'status', from: before?.status ?? null, to: after.status });
  const wasParked = before === null ? [] : parkedIn(attentionOf(before, false, () => ''));
  for (const { branch, code } of parked) {
    if (!wasParked.some((was) => was.branch === branch && was.code === code)) changes.push({ what: 'parked', branch, code });
  }
  for (const { branch } of wasParked) {
    if (!parked.some((is) => is.branch === branch)) changes.push({ what: 'unparked', branch });
  }
  const wasPaused = before !== null && before.paused !== null;
  if (wasPaused !== (after.paused !== null)) changes.push({ what: wasPaused ? 'resumed' : 'paused' });
  return changes;
}

function parkedIn(rows: readonly Attention[]): readonly Attention[] {
  return rows.filter(({ kind }) => kind === 'parked');
}
