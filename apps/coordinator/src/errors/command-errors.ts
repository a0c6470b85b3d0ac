/** Commands that come at the wrong time, or twice with different content. Where there is an outcome, the answer carries it as `transaction`. */
import type { ErrorEntry } from './entry.js';

export const commandErrors = {
  gid_conflict: {
    status: 409,
    title: 'Another transaction was begun with this gid',
    help: 'Draw a new gid (UUIDv7) for a new transaction; repeat a begin with exactly the same content.',
  },
  coordinator_driven: {
    status: 409,
    title: 'This transaction is driven by the coordinator',
    help: 'Register and submit belong to transactions begun with `"driver": "initiator"`.',
  },
  already_decided: {
    status: 409,
    title: 'The transaction has been decided',
    help: 'No branch can join any more. Look at `transaction` for the outcome.',
  },
  branches_differ: {
    status: 409,
    title: 'The submitted branches are not the registered ones',
    help: 'Register every branch before you submit, and list exactly those whose try you saw succeed.',
  },
  past_pivot: {
    status: 409,
    title: 'The pivot may have been sent',
    help: 'From there on only the pivot itself can refuse. Wait for the outcome.',
  },
  already_committing: {
    status: 409,
    title: 'The transaction was decided to commit',
    help: 'A decision is never reversed: undo the effect by a new transaction if you must.',
  },
  already_aborting: {
    status: 409,
    title: 'The transaction was decided to abort',
    help: 'A decision is never reversed. Look at `transaction` for the reason, and begin a new one.',
  },
  content_differs: {
    status: 409,
    title: 'A branch of this id was registered with other content',
    help: 'Repeat a registration with exactly the same content, or choose another id.',
  },
  not_registrable: {
    status: 409,
    title: 'This branch cannot be registered with this transaction',
    help: 'The detail says why; see docs/protocols.md for what each pattern offers.',
  },
  not_parked: {
    status: 409,
    title: 'Nothing of this branch waits for a person',
    help: 'Look at the transaction again: it has moved, or nothing is sent to its participant (attention `waiting`), which moves it by its return.',
  },
} as const satisfies Record<string, ErrorEntry>;
