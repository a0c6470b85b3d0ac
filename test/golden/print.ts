/** How the driver of the transcripts says what it did. */
import { type Invoke, imageOf, type Transaction, type TransactionView, view } from '@assent/protocol';

/** Milliseconds as people say them: `3.2s`. */
export function seconds(ms: number): string {
  return `${ms / 1_000}s`;
}

export function describeCall({ kind, branch, op, attempt }: Invoke): string {
  const who = branch === '_initiator' ? 'initiator' : branch;
  return `${who} ${op} ${attempt}${kind === 'ask' ? ' (asks)' : ''}`;
}

/** `aborting v2, because payment INSUFFICIENT_FUNDS`: the status, and what is new about it. */
export function describeFlush(tx: Transaction, durable: Transaction | null, version: number): string {
  const now = view(tx, version, null);
  const before = durable === null ? null : view(durable, version - 1, null);
  const parts = [`${tx.status} v${version}`];
  const horizon = horizonOf(tx);
  if (tx.status === 'active' && horizon !== (durable === null ? '' : horizonOf(durable))) parts.push(`horizon ${horizon}`);
  const reason = now.decision?.reason;
  if (reason !== undefined && before?.decision === null) parts.push(`because ${[reason.branch, reason.code].filter(Boolean).join(' ')}`);
  if (now.paused !== (before?.paused ?? false)) parts.push(now.paused ? 'paused' : 'resumed');
  const parked = now.branches.filter(({ attention }, index) => attention === 'parked' && before?.branches[index]?.attention !== 'parked');
  if (parked.length > 0) parts.push(`parked ${parked.map(({ id }) => id).join(' ')}`);
  if (now.mixed) parts.push('mixed');
  if (imageOf(tx).progress === '') parts.push('nothing to add');
  return parts.join(', ');
}

function horizonOf(tx: Transaction): string {
  return tx.branches
    .filter(({ inHorizon }) => inHorizon)
    .map(({ id }) => id)
    .join(' ');
}

export function describeBranches({ branches, status }: TransactionView): readonly string[] {
  return [
    status,
    ...branches.map(({ id, forward, end, attention }) => {
      const legs = [forward, end].filter((leg) => leg !== null);
      const words = legs.map(({ op, outcome, attempts, problem }) => {
        const count = attempts > 1 ? ` in ${attempts} attempts` : '';
        return `${op} ${outcome}${count}${problem === undefined ? '' : ` (${problem.code}: ${problem.message})`}`;
      });
      return `${id}: ${words.join(', ') || 'owes nothing'}${attention === 'none' ? '' : `; ${attention}`}`;
    }),
  ];
}
