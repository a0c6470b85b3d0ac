/**
 * Tells a participant that an op is settled by hand (DESIGN 6): it writes the rows that the op would write, and runs nothing, so that a call that is
 * still on its way cannot act. What it held before is the answer.
 */
import { initiatorBranch, type Op, type Transaction } from '@assent/protocol';
import type { BranchInvoker } from '../ports/branch-invoker.js';

/** What the barrier holds of a branch. */
export interface SealReport {
  /** True when this op can never run any more; false when it had run before. */
  readonly sealed: boolean;
  readonly op: string;
  readonly outcome: string;
}

export type Sealing =
  | { readonly kind: 'reported'; readonly report: SealReport }
  /** The barrier objects: there is nothing to commit, or the branch ended the other way. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'unreachable'; readonly code: string; readonly message: string };

/** Seals are repeated as they are: the barrier tells one from the next by the branch alone. */
const SEAL_ATTEMPT = 1;

/** Calls the participant once. Never rejects. */
export async function seal(tx: Transaction, branch: string, op: Op, invoker: Pick<BranchInvoker, 'invoke'>): Promise<Sealing> {
  const definition = tx.definition.branches.find(({ id }) => id === branch);
  if (branch === initiatorBranch || definition === undefined) return unreachable('not_a_branch', `"${branch}" has no participant.`);
  const { endpoint, payload } = definition;
  if (!('contract' in endpoint))
    return unreachable('no_barrier', `"${branch}" is called by URLs, behind which there need not be a barrier.`);
  const call = {
    gid: tx.gid,
    branch,
    op: `seal-${op}` as const,
    attempt: SEAL_ATTEMPT,
    endpoint,
    payload,
    timeoutMs: tx.policy.endTimeoutMs,
    begunAtMs: tx.createdAtMs,
  };
  const end = await invoker.invoke(call, () => true);
  if (end.kind === 'withdrawn') return unreachable('withdrawn', 'This node sends nothing at the moment.');
  const { outcome } = end;
  if (outcome.kind === 'rejected') return { kind: 'refused', ...outcome.refusal };
  if (outcome.kind === 'pending') return unreachable('busy', 'The op runs at the participant at this moment.');
  if (outcome.kind === 'unknown') return unreachable(outcome.code, outcome.message);
  const report = readReport(outcome.result);
  return report === null ? unreachable('no_report', 'The participant did not say what it holds.') : { kind: 'reported', report };
}

function unreachable(code: string, message: string): Sealing {
  return { kind: 'unreachable', code, message };
}

function readReport(text: string | undefined): SealReport | null {
  if (text === undefined) return null;
  const { sealed, op, outcome } = JSON.parse(text) as Partial<Record<keyof SealReport, unknown>>;
  return typeof sealed === 'boolean' && typeof op === 'string' && typeof outcome === 'string' ? { sealed, op, outcome } : null;
}
