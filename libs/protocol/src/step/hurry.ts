/** What waited for a participant is called now, because somebody knows that it is back. Unlike a retry it is no fresh budget, and ends no parking. */
import type { EpochMs } from '../model/ids.js';
import type { Leg, Transaction } from '../model/transaction.js';
import { done, type EventOf, ignored, type Stepped, shown } from './stepped.js';

/** Ends the back-off, or the wait for the next poll, of every op of a branch. */
export function hurry(tx: Transaction, { branch: id, atMs }: EventOf<'hurried'>): Stepped {
  const index = tx.graph.indexOf.get(id);
  const branch = index === undefined ? undefined : tx.branches[index];
  if (index === undefined || branch === undefined) return ignored(tx, 'hurried_nobody');
  const legs = [branch.forward, branch.end, ...branch.notices];
  if (!legs.some((leg) => waitsLongerThan(leg, atMs))) return ignored(tx, 'hurried_nobody');
  const hurried = (leg: Leg) => hurriedLeg(leg, atMs);
  const next = { ...branch, forward: hurried(branch.forward), end: hurried(branch.end), notices: branch.notices.map(hurried) };
  return done(shown({ ...tx, branches: tx.branches.with(index, next) }));
}

function waitsLongerThan({ flight, state }: Leg, atMs: EpochMs): boolean {
  return flight === null && (state.kind === 'retrying' || state.kind === 'pending') && state.notBeforeMs > atMs;
}

function hurriedLeg(leg: Leg, atMs: EpochMs): Leg {
  const { state } = leg;
  if (!waitsLongerThan(leg, atMs) || (state.kind !== 'retrying' && state.kind !== 'pending')) return leg;
  return { ...leg, state: { ...state, notBeforeMs: atMs } };
}
