/** Machines with one rule broken. The exploration must catch every one of them, else it has no teeth. */
import { imageOf, load, planFor, step, type Transaction } from '@assent/protocol';
import type { Machine } from './world.js';

export interface Mutant {
  readonly breaks: string;
  /** The scenario whose exploration must find it. */
  readonly scenario: string;
  readonly machine: Machine;
}

const sound: Machine = { step, planFor, imageOf, load };

export const mutants: readonly Mutant[] = [
  {
    breaks: 'what leaves is planned without asking the durable image',
    scenario: 'a TCC of two branches',
    machine: { ...sound, planFor: (tx, durable, nowMs) => ({ ...planFor(tx, tx, nowMs), flush: planFor(tx, durable, nowMs).flush }) },
  },
  {
    breaks: 'after a load, what is not known counts as never sent',
    scenario: 'a saga of two steps, some of it pending',
    machine: { ...sound, load: (loaded) => withoutMaybe(load(loaded)) },
  },
  {
    breaks: 'compensations do not wait for each other',
    scenario: 'a saga of three steps',
    machine: { ...sound, planFor: (tx, durable, nowMs) => planFor(tx.status === 'aborting' ? withoutOrder(tx) : tx, durable, nowMs) },
  },
  {
    breaks: 'an abort overrules a pivot that was sent',
    scenario: 'a pivot in the middle',
    machine: { ...sound, step: (tx, event) => (event.kind === 'abortRequested' ? step(pivotUnsent(tx), event) : step(tx, event)) },
  },
  {
    breaks: 'the pivot is sent before the flush that lets it leave',
    scenario: 'a pivot at the end',
    machine: {
      ...sound,
      planFor: (tx, durable, nowMs) => planFor(tx, durable === null ? null : { ...durable, branches: tx.branches }, nowMs),
    },
  },
  {
    breaks: 'the image of an abort forgets its decision',
    scenario: 'a saga of three steps',
    machine: { ...sound, imageOf: (tx) => ({ ...imageOf(tx), ...(tx.status === 'aborting' ? { status: 'active' as const } : {}) }) },
  },
  {
    breaks: 'any reply counts, whichever attempt it answers',
    scenario: 'a saga of two steps, some of it pending',
    machine: {
      ...sound,
      step: (tx, event) => step(tx, event.kind === 'replied' ? { ...event, attempt: callsOf(tx, event.branch) } : event),
    },
  },
  {
    breaks: 'a refused op is asked again as if it might still succeed',
    scenario: 'a saga of two steps, some of it pending',
    machine: {
      ...sound,
      step: (tx, event) =>
        event.kind === 'replied' && event.outcome.kind === 'rejected'
          ? step(tx, { ...event, outcome: { kind: 'unknown', code: 'http_409', message: '' } })
          : step(tx, event),
    },
  },
];

type Branch = Transaction['branches'][number];

function withoutMaybe(tx: Transaction): Transaction {
  const forget = (branch: Branch): Branch => ({
    ...branch,
    forward: { ...branch.forward, sent: branch.forward.state.kind === 'open' ? 'no' : 'yes' },
  });
  return { ...tx, branches: tx.branches.map(forget) };
}

function withoutOrder(tx: Transaction): Transaction {
  const none = tx.branches.map(() => []);
  return { ...tx, graph: { ...tx.graph, after: none, before: none } };
}

function pivotUnsent(tx: Transaction): Transaction {
  const pivot = tx.branches[tx.graph.pivot];
  if (pivot === undefined) return tx;
  return { ...tx, branches: tx.branches.with(tx.graph.pivot, { ...pivot, forward: { ...pivot.forward, sent: 'no' } }) };
}

function callsOf(tx: Transaction, branch: string): number {
  const index = tx.graph.indexOf.get(branch);
  return index === undefined ? 0 : tx.branches[index]!.forward.calls;
}
