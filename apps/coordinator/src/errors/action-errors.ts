/** What people who look after transactions may be refused. */
import type { ErrorEntry } from './entry.js';

export const actionErrors = {
  unknown_action: {
    status: 404,
    title: 'There is no such action',
    help: 'GET /v1/transactions/{gid}/actions lists what there is, and what is legal now.',
  },
  unknown_branch: {
    status: 409,
    title: 'The transaction has no such branch',
    help: 'GET /v1/transactions/{gid} lists the branches with their ids.',
  },
  already_sent: {
    status: 409,
    title: 'The step was or may have been sent',
    help: 'A payload can be edited only while it is known that nobody has received it. Abort, and begin a new transaction.',
  },
  policy_unfit: {
    status: 409,
    title: 'This policy does not fit the transaction',
    help: 'The detail says why; choose another one from GET /v1/policies.',
  },
  already_final: {
    status: 409,
    title: 'The transaction has ended',
    help: 'Nothing is left to be moved. Look at the transaction for the outcome.',
  },
  version_differs: {
    status: 412,
    title: 'The transaction has moved since you looked at it',
    help: 'Look at it again, decide again, and send the new version as `If-Match`.',
  },
  not_sealed: {
    status: 409,
    title: 'The participant could not be told that this op is settled by hand',
    help: 'A call that is still on its way could take effect later. Repeat it when the participant can be reached, or send `"force": true` when you know that no call can arrive any more.',
  },
  had_run: {
    status: 409,
    title: 'The participant says that this op ended otherwise',
    help: 'The detail says what it holds. Resolve it as what really happened, or repair the data first and send `"force": true`.',
  },
  policy_retired: {
    status: 409,
    title: 'This policy is retired',
    help: 'No new transaction may be begun with it. GET /v1/policies lists those that are not.',
  },
  idempotency_conflict: {
    status: 409,
    title: 'This Idempotency-Key was used for another request',
    help: 'Draw a new key for a new request; repeat a request with exactly the same content.',
  },
  idempotency_in_progress: {
    status: 409,
    title: 'A request with this Idempotency-Key is being carried out',
    help: 'Send it again in a moment: it will be answered as the first one was.',
  },
} as const satisfies Record<string, ErrorEntry>;
