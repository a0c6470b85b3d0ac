/** Requests that can be read, but whose transaction or branch makes no sense. Nothing is stored. */
import type { ErrorEntry } from './entry.js';

export const definitionErrors = {
  unknown_policy: {
    status: 422,
    title: 'There is no such policy',
    help: 'Name one of the shipped policies (standard, flash-sale, patient) or a version that exists.',
  },
  unknown_participant: {
    status: 422,
    title: 'The contract belongs to a participant that is not configured',
    help: 'The part of a contract before the first "." names its participant: add it to ASSENT_PARTICIPANTS, or mend the contract.',
  },
  url_not_allowed: {
    status: 422,
    title: 'This URL may not be called',
    help: 'Add its exact origin (scheme, host, port) to ASSENT_ALLOWED_ORIGINS, or name the endpoint by a contract.',
  },
  endpoint_incomplete: {
    status: 422,
    title: 'The branch does not say where all of its ops go',
    help: 'Give a contract, or one URL for every op that the pattern asks of this branch.',
  },
  payload_too_large: {
    status: 422,
    title: 'The payload of a branch is too large',
    help: 'Pass references instead of data, or raise ASSENT_MAX_PAYLOAD_BYTES.',
  },
  too_many_branches: {
    status: 422,
    title: 'The transaction has too many branches',
    help: 'Split it, or give several items to one branch. The limit is ASSENT_MAX_BRANCHES, 200 at most.',
  },
  no_branches: {
    status: 422,
    title: 'The transaction has no branch',
    help: 'List at least one branch, or let the initiator drive: `"driver": "initiator"`.',
  },
  duplicate_branch: {
    status: 422,
    title: 'Two branches have the same id',
    help: 'Give each its own `id`; without one a branch is called like its contract.',
  },
  branch_not_named: {
    status: 422,
    title: 'The branch has neither an id nor a contract to be called by',
    help: 'A branch that names URLs needs an `id`.',
  },
  branches_not_empty: {
    status: 422,
    title: 'An initiator-driven transaction begins without branches',
    help: 'Begin with `"branches": []` and register each branch by POST .../branches.',
  },
  bad_branch_id: {
    status: 422,
    title: 'This may not be the id of a branch',
    help: 'Ids are 1 to 64 of letters, digits, ".", "_" and "-"; the detail says which one is reserved.',
  },
  bad_contract: {
    status: 422,
    title: 'This is not the name of a contract',
    help: 'A contract reads participant.what, at most 64 letters, digits, ".", "_" and "-".',
  },
  after_unknown: {
    status: 422,
    title: '`after` names a branch that is not there',
    help: 'List ids of branches of this transaction.',
  },
  cycle: {
    status: 422,
    title: 'Branches wait for each other in a circle',
    help: 'Remove one of the `after` entries that the detail names.',
  },
  pivot_twice: {
    status: 422,
    title: 'A saga has at most one pivot',
    help: 'Only one step can be the point of no return; steps behind it are delivered, not undone.',
  },
  pivot_not_alone: {
    status: 422,
    title: 'A pivot may not run beside another step',
    help: 'Every other step must come before or after the pivot: add the `after` that the detail proposes.',
  },
  pivot_on_pattern: {
    status: 422,
    title: 'Only sagas have a pivot',
    help: 'Leave `pivot` out, or use the saga pattern.',
  },
  compensate_on_pattern: {
    status: 422,
    title: 'Only sagas have steps with nothing to undo',
    help: 'Leave `compensate` out, or use the saga pattern.',
  },
  stepwise_on_pattern: {
    status: 422,
    title: 'Only sagas run stepwise',
    help: 'Leave `stepwise` out, or use the saga pattern.',
  },
  deadline_required: {
    status: 422,
    title: 'This pattern needs a policy with a deadline',
    help: 'Branches hold resources until they are told: choose a policy that has a deadline, such as standard.',
  },
  after_on_pattern: {
    status: 422,
    title: 'Branches of this pattern have no declared order',
    help: 'Leave `after` out, or use a pattern with an order, such as saga.',
  },
  driver_not_allowed: {
    status: 422,
    title: 'This pattern cannot be driven that way',
    help: 'A saga is driven by the coordinator, a TCC by either; see docs/protocols.md.',
  },
  run_not_allowed: {
    status: 422,
    title: 'This branch cannot be run by its own service',
    help: 'Say `"run": "self"` only for branches of a transaction that its initiator drives.',
  },
  invalid_definition: {
    status: 422,
    title: 'The transaction is not one that can be carried out',
    help: 'The detail says what is wrong and where.',
  },
  unstorable: {
    status: 422,
    title: 'The database cannot store this transaction',
    help: 'Some text or size in it is beyond what the database takes. Nothing was stored.',
  },
} as const satisfies Record<string, ErrorEntry>;
