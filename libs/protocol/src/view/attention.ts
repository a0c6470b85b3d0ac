/** Rows of the table `attention`: what needs a person, and what waits for a participant. */
import type { Attention, AttentionOf } from '../api.js';
import type { Endpoint } from '../model/definition.js';
import type { BranchState, Leg, Transaction } from '../model/transaction.js';

/** See `AttentionOf` in `api.ts`. */
export const attentionOf: AttentionOf = (tx, atRest, participantOf) => {
  const rows = tx.branches.flatMap((branch, index) => {
    const participant = participantOf(tx.definition.branches[index]!.endpoint);
    return liveLegs(tx, branch).flatMap((leg) => rowsOf(leg, branch.id, participant, atRest));
  });
  return [...pausedRow(tx), ...checkRows(tx, atRest, participantOf), ...rows];
};

/** After the decision a forward op moves nothing any more. */
function liveLegs(tx: Transaction, { forward, end, notices }: BranchState): readonly Leg[] {
  return tx.decision === null ? [forward] : [end, ...notices];
}

function rowsOf({ state }: Leg, branch: string, participant: string, atRest: boolean): readonly Attention[] {
  switch (state.kind) {
    case 'parked':
      return [{ branch, kind: 'parked', code: state.problem.code, participant, sinceMs: state.sinceMs }];
    case 'failed':
      return [{ branch, kind: 'mixed', code: state.refusal.code, participant, sinceMs: state.sinceMs }];
    case 'retrying':
      return atRest ? [{ branch, kind: 'retrying', code: state.problem.code, participant, sinceMs: state.sinceMs }] : [];
    case 'pending':
      return atRest ? [{ branch, kind: 'retrying', code: 'pending', participant, sinceMs: state.sinceMs }] : [];
    default:
      return [];
  }
}

function pausedRow({ paused }: Transaction): readonly Attention[] {
  return paused === null ? [] : [{ branch: '', kind: 'paused', code: 'paused', participant: '', sinceMs: paused.atMs }];
}

function checkRows(tx: Transaction, atRest: boolean, participantOf: (endpoint: Endpoint) => string): readonly Attention[] {
  const { checkBack } = tx.definition;
  return tx.check === null || checkBack === undefined ? [] : rowsOf(tx.check, '', participantOf(checkBack), atRest);
}
