/** A transaction as REST shows it: the protocol's view with times as ISO 8601 text and with links. The client library mirrors these types. */
import type { BranchView, DecisionView, OpView, TransactionView } from '@assent/protocol';

/** How one op of one branch stands. A success always has a `result`, `{}` when the participant answered none. */
export type OpBody = Omit<OpView, 'nextAtMs'> & { readonly nextAt?: string };

export type BranchBody = Omit<BranchView, 'forward' | 'end'> & { readonly forward: OpBody | null; readonly end: OpBody | null };

export interface DecisionBody {
  readonly kind: DecisionView['kind'];
  /** `null`: not known any more; see `DecisionView`. */
  readonly at: string | null;
  readonly reason?: DecisionView['reason'];
}

export interface Links {
  readonly self: string;
  readonly wait: string;
}

/** What only the answer to a begin says. */
export interface BeginExtra {
  /** Lets another service join: a begin by a service carries it. */
  readonly joinToken?: string;
  /** Only on a begin without a gid: had the answer been lost, a repeat would have begun a second transaction. */
  readonly safeToRepeat?: false;
}

/** The body of every answer that shows a transaction. */
export interface TransactionBody extends BeginExtra {
  readonly gid: string;
  readonly name: string;
  readonly pattern: TransactionView['pattern'];
  readonly driver: TransactionView['driver'];
  readonly policy: TransactionView['policy'];
  readonly status: TransactionView['status'];
  readonly version: number;
  readonly key: string | null;
  readonly mixed: boolean;
  readonly paused: boolean;
  readonly createdAt: string;
  readonly deadlineAt: string | null;
  readonly finishedAt: string | null;
  readonly decision: DecisionBody | null;
  readonly branches: readonly BranchBody[];
  readonly links: Links;
}

/** The answer to a registration: the branch, and as much of its transaction as an initiator needs to go on. */
export interface RegistrationBody {
  readonly gid: string;
  readonly status: TransactionView['status'];
  readonly version: number;
  readonly decision: DecisionBody | null;
  readonly branch: BranchBody;
  readonly links: Links;
}

/** Renders a view, with what only the answer at hand knows. */
export function transactionBody(view: TransactionView, extra: BeginExtra = {}): TransactionBody {
  return {
    gid: view.gid,
    ...extra,
    name: view.name,
    pattern: view.pattern,
    driver: view.driver,
    policy: view.policy,
    status: view.status,
    version: view.version,
    key: view.key,
    mixed: view.mixed,
    paused: view.paused,
    createdAt: isoTime(view.createdAtMs),
    deadlineAt: view.deadlineAtMs === null ? null : isoTime(view.deadlineAtMs),
    finishedAt: view.finishedAtMs === null ? null : isoTime(view.finishedAtMs),
    decision: decisionBody(view.decision),
    branches: view.branches.map(branchBody),
    links: linksOf(view.gid),
  };
}

/** Renders what a registration answers. */
export function registrationBody(view: TransactionView, branch: BranchView): RegistrationBody {
  return {
    gid: view.gid,
    status: view.status,
    version: view.version,
    decision: decisionBody(view.decision),
    branch: branchBody(branch),
    links: linksOf(view.gid),
  };
}

function linksOf(gid: string): Links {
  const self = `/v1/transactions/${gid}`;
  return { self, wait: `${self}/wait` };
}

function decisionBody(decision: DecisionView | null): DecisionBody | null {
  if (decision === null) return null;
  const { kind, atMs, reason } = decision;
  const at = atMs === null ? null : isoTime(atMs);
  return reason === undefined ? { kind, at } : { kind, at, reason };
}

function branchBody(branch: BranchView): BranchBody {
  return { ...branch, forward: opBody(branch.forward), end: opBody(branch.end) };
}

function opBody(op: OpView | null): OpBody | null {
  if (op === null) return null;
  const { nextAtMs, ...rest } = op;
  const result = op.outcome === 'succeeded' ? { result: op.result ?? {} } : {};
  return nextAtMs === undefined ? { ...rest, ...result } : { ...rest, ...result, nextAt: isoTime(nextAtMs) };
}

/** ISO 8601, UTC. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
