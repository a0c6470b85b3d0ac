/** What the coordinator cannot do at this moment. With a gid of your own, all of these are safe to repeat. */
import type { ErrorEntry } from './entry.js';

export const serviceErrors = {
  overloaded: {
    status: 429,
    title: 'The coordinator holds as many transactions as it can',
    help: 'Send it again after `Retry-After` seconds, with the same gid.',
  },
  too_many_waiters: {
    status: 429,
    title: 'Too many requests wait for an outcome',
    help: 'What was accepted goes on; ask for the outcome later by GET.',
  },
  internal: {
    status: 500,
    title: 'Something unexpected happened',
    help: 'The log of the coordinator has the cause under the id in the detail. Repeating with the same gid is safe.',
  },
  outcome_unknown: {
    status: 503,
    title: 'It is not known yet whether this was stored',
    help: 'The connection to the database broke at the wrong moment, or the node that drives the transaction has not answered. Send the same request with the same gid again.',
  },
  store_unavailable: {
    status: 503,
    title: 'The database is away',
    help: 'Send it again after `Retry-After` seconds, with the same gid. What was accepted goes on by itself when the database is back.',
  },
  not_ready: {
    status: 503,
    title: 'The coordinator is still starting',
    help: 'Send it again after `Retry-After` seconds. /health/ready says what it waits for.',
  },
  draining: {
    status: 503,
    title: 'The coordinator is shutting down',
    help: 'Send it again, to another node or after the restart, with the same gid.',
  },
} as const satisfies Record<string, ErrorEntry>;
