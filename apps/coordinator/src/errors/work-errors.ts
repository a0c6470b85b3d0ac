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
} as const satisfies Record<string, ErrorEntry>;
