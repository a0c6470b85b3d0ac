/**
 * A transaction as the client returns it: the REST body (times as ISO strings) read into the protocol's `TransactionView` (times as
 * milliseconds), with the two things an initiator asks first: why it was refused, and what the branches answered.
 */
import type { BranchView, DecisionView, OpView, Refusal, TransactionView } from '@assent/protocol';

/** Why a transaction was aborted, when a branch was the reason. */
export interface Rejection extends Refusal {
  readonly branch: string;
}

export interface TransactionResult<Results = Record<string, unknown>> extends TransactionView {
  /** Present when a branch's refusal decided the transaction. */
  readonly rejection?: Rejection;
  /** Only what `begin` returned with access control on: handed on with the gid, it lets another service join the transaction. */
  readonly joinToken?: string;
  /** What the branches' forward ops answered, by branch id; a branch that has not succeeded (yet) has none. */
  readonly results: Partial<Results>;
}

type WireOp = Omit<OpView, 'nextAtMs'> & { readonly nextAt?: string };
export type WireBranch = Omit<BranchView, 'forward' | 'end'> & { readonly forward: WireOp | null; readonly end: WireOp | null };
type WireDecision = Omit<DecisionView, 'atMs'> & { readonly at: string | null };

/** The body of every answer that shows a transaction. */
export type WireTransaction = Omit<TransactionView, 'createdAtMs' | 'deadlineAtMs' | 'finishedAtMs' | 'decision' | 'branches'> & {
  readonly createdAt: string;
  readonly deadlineAt: string | null;
  readonly finishedAt: string | null;
  readonly decision: WireDecision | null;
  readonly branches: readonly WireBranch[];
  readonly joinToken?: string;
};

/** True when `body` shows a transaction; anything else on a 2xx is not the coordinator's answer. */
export function isWireTransaction(body: unknown): body is WireTransaction {
  if (typeof body !== 'object' || body === null) return false;
  const { gid, status, branches } = body as Partial<Record<string, unknown>>;
  return typeof gid === 'string' && typeof status === 'string' && Array.isArray(branches);
}

/** Reads the REST body. */
export function readTransaction<Results>(body: WireTransaction): TransactionResult<Results> {
  const decision = readDecision(body.decision);
  const branches = body.branches.map(readBranch);
  const rejection = rejectionOf(decision);
  return {
    gid: body.gid,
    name: body.name,
    key: body.key ?? null,
    pattern: body.pattern,
    driver: body.driver,
    policy: body.policy,
    status: body.status,
    version: body.version,
    mixed: body.mixed,
    paused: body.paused,
    createdAtMs: Date.parse(body.createdAt),
    deadlineAtMs: readTime(body.deadlineAt),
    finishedAtMs: readTime(body.finishedAt),
    decision,
    branches,
    results: resultsOf(branches) as Partial<Results>,
    ...(rejection && { rejection }),
    ...(body.joinToken !== undefined && { joinToken: body.joinToken }),
  };
}

/** Reads one branch of a REST body. */
export function readBranch(branch: WireBranch): BranchView {
  return { ...branch, forward: readOp(branch.forward), end: readOp(branch.end) };
}

function readOp(op: WireOp | null | undefined): OpView | null {
  if (!op) return null;
  const { nextAt, ...rest } = op;
  return nextAt === undefined ? rest : { ...rest, nextAtMs: Date.parse(nextAt) };
}

function readDecision(decision: WireDecision | null | undefined): DecisionView | null {
  if (!decision) return null;
  const { at, ...rest } = decision;
  return { ...rest, atMs: readTime(at) };
}

function readTime(text: string | null | undefined): number | null {
  return text === null || text === undefined ? null : Date.parse(text);
}

function rejectionOf(decision: DecisionView | null): Rejection | undefined {
  const reason = decision?.reason;
  if (decision?.kind !== 'abort' || reason?.branch === undefined) return undefined;
  return { branch: reason.branch, code: reason.code, message: reason.message };
}

function resultsOf(branches: readonly BranchView[]): Record<string, unknown> {
  const answered = branches.filter((branch) => branch.forward?.outcome === 'succeeded' && branch.forward.result !== undefined);
  return Object.fromEntries(answered.map((branch) => [branch.id, branch.forward?.result]));
}
