/**
 * Coverage marks: rare branches that a campaign should have been in. Each is counted when a run reaches it, and the command names those that
 * none has reached, because faults that lead nowhere prove nothing.
 */
import { failpoints } from '@assent/protocol';

const reached = {
  // The engine, by what it tells its monitor.
  'engine late_reply': 'a reply arrived that nobody awaited',
  'engine early_wake': 'a wake-up changed nothing',
  'alarm fenced': 'a flush met a fence that did not hold',
  'alarm flush_in_doubt': 'a connection broke while a flush was on it',
  'alarm store_unavailable': 'the database could not be reached',
  'alarm node_dead': 'a node found itself declared dead',
  'alarm node_declared_dead': 'a node declared another dead',
  'alarm lost_commits': 'a node noticed that the database had lost its commits',
  'alarm replaced': 'a node gave way to another process of its name',
  'alarm drained_incompletely': 'a drain ran out of time',
  'info taking over': 'a node took up what a dead one had left',
  'info lost a transaction to another node': 'a guard did not match',
  'info recovered own transactions that were not held': 'a node found rows of its own that it did not hold',
  'alarm breaker_open': 'a participant failed so often that nothing more was sent to it',
  'info breaker closed': 'a participant answered its probe',
  'ordered to pause': 'an operator had a participant sent nothing',
  'ordered to resume': 'an operator had a participant called again',
  'ordered to reset': 'an operator closed a breaker',
  'ordered to wake': 'an operator had everything called that waited for a participant',
  'order lost': 'an order of an operator was not answered',
  'put off at rest': 'a transaction that was due went on resting because nothing was sent to its participant',
  'held at rest': 'a transaction left memory because nothing was sent to a participant',
  // People who intervene by hand.
  'settled by hand': 'a person said how a parked op had ended, and no call of it can act any more',
  'settled by force': 'a person said how a parked op had ended, though its participant could not be told',
  'settled without a seal': 'a person was refused, because the participant could not be told',
  'settled otherwise than it had run': 'a person was refused, because the participant holds something else',
  'payload edited': 'a person gave a step another payload before it was sent',
  'policy changed': 'a person gave a transaction another policy',
  'aborted by hand': 'a person had a transaction rolled back',
  version_differs: 'a person had looked at an older version',
  not_parked: 'a person settled what somebody had moved meanwhile',
  already_sent: 'a payload was edited too late',
  policy_unfit: 'a policy did not fit the transaction that a person gave it to',
  // The database.
  'witness committed': 'a lost acknowledgement turned out to be a commit',
  'witness not_committed': 'a lost acknowledgement turned out to be none, and was made sure',
  'witness dead': 'a node in doubt was found dead',
  'witness alien': 'the number in the row was nobody’s',
  'late packet committed': 'a packet arrived late, and in time',
  'late packet fenced': 'a packet arrived after the verdict on it',
  'guard unmoved': 'a row had been moved by somebody else',
  'duplicate gid': 'a begin met a row of its gid',
  'claimed at rest': 'a resting transaction was claimed',
  'claimed from the dead': 'a transaction was taken from a dead node',
  // The barrier.
  'barrier replayed': 'a repeat got the answer that was kept',
  'barrier busy': 'the same call was running already',
  'barrier rolled_back': 'a late forward op was blocked',
  'barrier already_committed': 'a rollback met a commit',
  'barrier already_rolled_back': 'a commit met a rollback',
  'barrier not_prepared': 'a commit met no success',
  'barrier empty rollback': 'a rollback found nothing to undo',
  'barrier rollback of pending': 'a rollback met work in progress',
  'barrier already_ended': 'pending work came too late',
  'barrier took a seal': 'a seal was kept: its op never runs any more',
  'barrier had run': 'a seal came too late, and its answer said so',
  'barrier sealed': 'a call met the seal of its op',
  // Transactions.
  parked: 'an op waits for a person',
  past_pivot: 'an abort came too late for a pivot',
  already_decided: 'a registration came too late',
  already_aborting: 'a submit came too late',
  already_committing: 'an abort came too late',
  branches_differ: 'a submit named other branches',
  gid_conflict: 'a gid was begun twice with other content',
  outcome_unknown: 'an initiator was told that nobody knows yet',
  'command recorded': 'a command met another node’s transaction',
  overloaded: 'a node had as much as it can hold',
  draining: 'a node that shuts down was asked',
  'aborted by deadline': 'a deadline decided',
  'aborted by exhausted attempts': 'attempts ran out, and that decided',
  'aborted by refusal': 'a refusal decided',
  'delivered behind a pivot': 'a delivery took effect',
};

/** Killed at every failpoint, and between a flush and its acknowledgement. */
const killedAt = Object.keys(failpoints)
  .filter((point) => point !== 'writer.after-fence')
  .map((point) => [`killed at ${point}`, 'a process ended at this failpoint']);

/** Mark -> what it means that a run reached it. */
export const marks: Readonly<Record<string, string>> = { ...reached, ...(Object.fromEntries(killedAt) as Record<string, string>) };

export class Marks {
  readonly counts = new Map<string, number>();

  reach(mark: string): void {
    this.counts.set(mark, (this.counts.get(mark) ?? 0) + 1);
  }
}
