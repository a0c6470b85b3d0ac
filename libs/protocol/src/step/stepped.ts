/** The shape of a transition: the next state and what became of the event. */
import type { Answer, CommandRefusal } from '../api.js';
import type { ProtocolEvent } from '../events.js';
import type { Transaction } from '../model/transaction.js';

export interface Stepped {
  readonly tx: Transaction;
  readonly answer: Answer;
}

type Kind = ProtocolEvent['kind'];
export type EventOf<K extends Kind> = Extract<ProtocolEvent, { readonly kind: K }>;
type Events = { readonly [K in Kind]: EventOf<K> };

/** One line for every event: what it does in one status. */
export type Transitions = { readonly [K in Kind]: (tx: Transaction, event: Events[K]) => Stepped };

/** Runs the line of this event. */
export function run<K extends Kind>(transitions: Transitions, tx: Transaction, kind: K, event: Events[K]): Stepped {
  return transitions[kind](tx, event);
}

const DONE: Answer = { kind: 'done' };
const REPEATED: Answer = { kind: 'repeated' };

export function done(tx: Transaction): Stepped {
  return { tx, answer: DONE };
}

export function repeated(tx: Transaction): Stepped {
  return { tx, answer: REPEATED };
}

export function refused(tx: Transaction, code: CommandRefusal, detail: string): Stepped {
  return { tx, answer: { kind: 'refused', code, detail } };
}

export function ignored(tx: Transaction, mark: string): Stepped {
  return { tx, answer: { kind: 'ignored', mark } };
}

/** The image shows something new; it is flushed with whatever comes next. */
export function shown(tx: Transaction): Transaction {
  return { ...tx, revision: { shown: tx.revision.shown + 1, urgent: tx.revision.urgent } };
}

/** The image shows something that must be durable before anybody may rely on it. */
export function urgent(tx: Transaction): Transaction {
  return { ...tx, revision: { shown: tx.revision.shown + 1, urgent: tx.revision.urgent + 1 } };
}
