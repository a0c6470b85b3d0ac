/** Policies, jobs and what is kept for how long. */
import type { ErrorEntry } from './entry.js';

export const workErrors = {
  policy_not_found: {
    status: 404,
    title: 'There is no such policy',
    help: 'GET /v1/policies lists them.',
  },
  policy_invalid: {
    status: 422,
    title: 'The fields of this policy do not go together',
    help: 'The detail says which; `problems` lists all of them.',
  },
  policy_exists: {
    status: 409,
    title: 'This version of the policy exists',
    help: 'Versions never change. Add another one by POST /v1/policies/{name}/versions, or look at what somebody else has just added.',
  },
  job_not_found: {
    status: 404,
    title: 'There is no such job',
    help: 'GET /v1/jobs lists them.',
  },
  job_not_running: {
    status: 409,
    title: 'The job does not run',
    help: 'Look at its state: what has finished cannot be stopped.',
  },
  job_running: {
    status: 409,
    title: 'The job runs',
    help: 'Stop it first, or wait until it has finished.',
  },
  abort_needs_approval: {
    status: 409,
    title: 'This abort needs a second person',
    help: 'You did not begin this transaction. Ask by POST /v1/transactions/{gid}/actions/abort: the request waits in GET /v1/approvals for somebody else to agree.',
  },
  job_needs_approval: {
    status: 409,
    title: 'This action needs a second person',
    help: 'A job cannot ask for approvals. Ask for the action on each transaction, or have the rule changed by an admin.',
  },
  gid_expired: {
    status: 409,
    title: 'This gid is older than anything that is kept',
    help: 'Whether it was begun before cannot be known any more. Draw a new gid (UUIDv7) for a new transaction.',
  },
} as const satisfies Record<string, ErrorEntry>;
