/** The table of transitions: pure and total. Every event has a line in every status; what a line does is in the file named after its subject. */
import type { Step } from '../api.js';
import { legsOf } from '../model/legs.js';
import type { Leg, Transaction } from '../model/transaction.js';
import type { Status } from '../model/view.js';
import { recordReply, recordSent, recordWithdrawn } from './calls.js';
import { abort, coordinatorDriven, recordReport, register, submit } from './commands.js';
import { applyDeadline, pendingDeadlineMs } from './deadline.js';
import { finishIfDone, owesOnlyItsEnd } from './decide.js';
import { hurry } from './hurry.js';
import { changePolicy, editPayload, pause, resolve, resume, retryNow } from './operators.js';
import { done, type EventOf, ignored, refused, repeated, run, type Stepped, type Transitions } from './stepped.js';

/** Time passed. A retry or a poll that came due changes nothing here: the plan at that moment shows it. */
function wake(tx: Transaction, { atMs }: EventOf<'woke'>): Stepped {
  const deadlineMs = pendingDeadlineMs(tx);
  if (deadlineMs !== null && atMs >= deadlineMs) return done(applyDeadline(tx, atMs));
  if (owesOnlyItsEnd(tx)) return done(finishIfDone(tx));
  const legs = [...tx.branches.flatMap(legsOf), ...(tx.check === null ? [] : [tx.check])];
  return legs.some((leg) => cameDue(leg, atMs)) ? done(tx) : ignored(tx, 'early_wake');
}

function cameDue({ state }: Leg, atMs: number): boolean {
  return (state.kind === 'retrying' || state.kind === 'pending') && state.notBeforeMs <= atMs;
}

/** What may happen to an undecided transaction. */
const active: Transitions = {
  sent: recordSent,
  withdrawn: recordWithdrawn,
  replied: recordReply,
  woke: wake,
  registered: register,
  reported: recordReport,
  submitted: submit,
  abortRequested: abort,
  paused: pause,
  resumed: resume,
  retryRequested: retryNow,
  hurried: hurry,
  resolvedByHand: resolve,
  policyChanged: changePolicy,
  payloadEdited: editPayload,
};

/** What both decisions have in common: the past is not rewritten, what is owed is called until it ends. */
const decided = {
  ...active,
  registered: (tx: Transaction): Stepped =>
    tx.definition.driver === 'initiator'
      ? refused(tx, 'already_decided', `Transaction ${tx.gid} is ${tx.status}: no branch can join it.`)
      : coordinatorDriven(tx, 'registered'),
  reported: (tx: Transaction): Stepped => refused(tx, 'already_decided', `Transaction ${tx.gid} is ${tx.status}.`),
  payloadEdited: (tx: Transaction): Stepped =>
    refused(tx, 'already_decided', `Transaction ${tx.gid} is ${tx.status}: no payload is sent for the first time any more.`),
};

/** Nothing is owed but notifications. */
const final = {
  resumed: (tx: Transaction): Stepped => ignored(tx, 'already_final'),
  policyChanged: (tx: Transaction): Stepped => refused(tx, 'already_final', `Transaction ${tx.gid} is ${tx.status}.`),
};

const committing: Transitions = {
  ...decided,
  submitted: (tx) => (tx.definition.driver === 'initiator' ? repeated(tx) : coordinatorDriven(tx, 'submitted')),
  abortRequested: (tx) => refused(tx, 'already_committing', `Transaction ${tx.gid} is ${tx.status}: a decision is never reversed.`),
};

const aborting: Transitions = {
  ...decided,
  submitted: (tx) =>
    tx.definition.driver === 'initiator'
      ? refused(tx, 'already_aborting', `Transaction ${tx.gid} is ${tx.status}: a decision is never reversed.`)
      : coordinatorDriven(tx, 'submitted'),
  abortRequested: (tx) => repeated(tx),
};

const transitions: Readonly<Record<Status, Transitions>> = {
  active,
  committing,
  committed: { ...committing, ...final },
  aborting,
  aborted: { ...aborting, ...final },
};

/** See `Step` in `api.ts`. Throws `ProtocolBug` only for `sent` of a call that is not owed. */
export const step: Step = (tx, event) => run(transitions[tx.status], tx, event.kind, event);
