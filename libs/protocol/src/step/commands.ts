/** Commands of initiators and services (DESIGN 4.9): register, report, submit, abort. All are idempotent. */
import { checkDefinition } from '../check/index.js';
import type { BranchDefinition, Definition } from '../model/definition.js';
import { coordinatorRuns, isDrivenByInitiator, isPastPivot } from '../model/facts.js';
import { freshBranch } from '../model/fresh-branch.js';
import { graphOf } from '../model/graph.js';
import type { BranchState, Transaction } from '../model/transaction.js';
import { decideAbort, decideCommit } from './decide.js';
import { settle } from './settle.js';
import { done, type EventOf, ignored, refused, repeated, type Stepped, shown, urgent } from './stepped.js';

/** Registering puts a branch inside the horizon; from then on an abort rolls it back, whoever runs its forward op. */
export function register(tx: Transaction, { branch }: EventOf<'registered'>): Stepped {
  if (!isDrivenByInitiator(tx)) return coordinatorDriven(tx, 'registered');
  const known = tx.definition.branches.find(({ id }) => id === branch.id);
  if (known !== undefined) {
    if (isSameRegistration(known, branch)) return repeated(tx);
    return refused(tx, 'content_differs', `Branch "${branch.id}" is registered already, with other content.`);
  }
  const definition: Definition = { ...tx.definition, branches: [...tx.definition.branches, branch] };
  const [problem] = checkDefinition(definition, tx.policy);
  if (problem !== undefined) return refused(tx, 'not_registrable', problem.detail);
  const graph = graphOf(definition);
  const branches = [...tx.branches, freshBranch({ definition, graph }, tx.branches.length)];
  return done(urgent({ ...tx, definition, definitionText: JSON.stringify(definition), graph, branches }));
}

/** A service tells how work that it ran itself has ended. */
export function recordReport(tx: Transaction, event: EventOf<'reported'>): Stepped {
  const index = tx.graph.indexOf.get(event.branch);
  if (index === undefined) return ignored(tx, 'unknown_branch');
  if (coordinatorRuns(tx, index)) return ignored(tx, 'not_self_run');
  const branch = tx.branches[index]!;
  if (event.report === 'released') {
    return branch.released ? repeated(tx) : done(settle(withBranch(tx, index, { ...branch, released: true }), event.atMs));
  }
  const known = branch.forward.state.kind;
  if (known === event.report) return repeated(tx);
  if (known === 'succeeded' || known === 'rejected') return ignored(tx, 'already_ended');
  const state =
    event.report === 'succeeded'
      ? ({ kind: 'succeeded', by: 'answer' } as const)
      : ({ kind: 'rejected', refusal: { code: 'rejected', message: `${branch.id} reported that it did not take part` } } as const);
  return done(settle(withBranch(tx, index, { ...branch, forward: { ...branch.forward, sent: 'yes', state } }), event.atMs));
}

/** The initiator lists the branches it saw succeed: that is the decision to commit, if it speaks of the same branches as we do. */
export function submit(tx: Transaction, event: EventOf<'submitted'>): Stepped {
  if (!isDrivenByInitiator(tx)) return coordinatorDriven(tx, 'submitted');
  const difference = differenceOf(tx, event.branches);
  return difference === null ? done(decideCommit(tx, event.atMs)) : refused(tx, 'branches_differ', difference);
}

export function abort(tx: Transaction, event: EventOf<'abortRequested'>): Stepped {
  if (!isPastPivot(tx)) return done(decideAbort(tx, { code: event.code, message: event.message }, event.atMs));
  const pivot = tx.definition.branches[tx.graph.pivot]!.id;
  return refused(tx, 'past_pivot', `Step "${pivot}" cannot be undone and may have been sent: only its own refusal aborts now.`);
}

/** Answers a submit or a registration on a transaction that its coordinator drives. */
export function coordinatorDriven(tx: Transaction, what: 'registered' | 'submitted'): Stepped {
  const detail = what === 'registered' ? 'takes no further branches' : 'is submitted by its own success';
  return refused(tx, 'coordinator_driven', `Transaction ${tx.gid} is driven by the coordinator and ${detail}.`);
}

function isSameRegistration(known: BranchDefinition, asked: BranchDefinition): boolean {
  return known.hash === undefined ? JSON.stringify({ ...known, hash: asked.hash }) === JSON.stringify(asked) : known.hash === asked.hash;
}

function withBranch(tx: Transaction, index: number, branch: BranchState): Transaction {
  return shown({ ...tx, branches: tx.branches.with(index, branch) });
}

/** What keeps the initiator's list from being ours, in words; `null` when they agree. A branch that has left may be listed or not. */
function differenceOf(tx: Transaction, listed: readonly string[]): string | null {
  const list = new Set(listed);
  const missing = tx.branches.filter((branch) => !branch.released && !list.has(branch.id)).map(({ id }) => id);
  const unknown = [...list].filter((id) => !tx.graph.indexOf.has(id));
  const neverRan = tx.branches
    .filter((branch) => list.has(branch.id) && !branch.released && branch.forward.sent === 'no')
    .map(({ id }) => id);
  const parts = [
    missing.length > 0 ? `registered but not listed: ${missing.join(', ')}` : null,
    unknown.length > 0 ? `listed but not registered: ${unknown.join(', ')}` : null,
    neverRan.length > 0 ? `listed but never called: ${neverRan.join(', ')}` : null,
  ].filter((part) => part !== null);
  return parts.length > 0 ? `The submitted branches are not those registered with ${tx.gid}: ${parts.join('; ')}.` : null;
}
