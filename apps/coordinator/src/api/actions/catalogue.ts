/**
 * What may be done to a transaction by hand: the one source of the API, of its documents and of what `GET .../actions` shows. Whether an action is legal
 * now is not said here; the machine is asked.
 */
import type { Intervention } from '@assent/engine';
import type { Role } from '../../access/index.js';
import { ID_PATTERN, idSchema } from '../schemas/common.js';

export type ActionName = Intervention['kind'];

export interface ActionEntry {
  readonly title: string;
  /** What happens, before anybody does it. */
  readonly consequence: string;
  /** Whether, and how, it can be taken back. */
  readonly undo: string;
  /** Who may. */
  readonly roles: readonly Role[];
  /** What it takes beside a reason: JSON schemas by field. */
  readonly parameters: Readonly<Record<string, object>>;
  readonly required: readonly string[];
}

const OPERATORS: readonly Role[] = ['operator', 'admin'];

const branch = { ...idSchema, description: `${idSchema.description}: the id of the branch` } as const;

export const actionCatalogue: Readonly<Record<ActionName, ActionEntry>> = {
  retry: {
    title: 'Try again now',
    consequence:
      'What is parked or waits is called at once, with a fresh number of attempts. Of one branch when `branch` is given, else of all.',
    undo: 'A call that was sent cannot be taken back; the barrier sees to it that it takes effect once.',
    roles: OPERATORS,
    parameters: { branch: { ...branch, description: `${idSchema.description}: only this branch` } },
    required: [],
  },
  pause: {
    title: 'Pause',
    consequence: 'Nothing more is sent. Submit, abort and the deadline are still recorded, and acted on at resume.',
    undo: 'resume',
    roles: OPERATORS,
    parameters: {},
    required: [],
  },
  resume: {
    title: 'Resume',
    consequence: 'What is owed is sent again, and what was recorded meanwhile is acted on.',
    undo: 'pause',
    roles: OPERATORS,
    parameters: {},
    required: [],
  },
  abort: {
    title: 'Abort',
    consequence: 'Decides to abort: every branch that was or may have been sent is rolled back, in reverse order.',
    undo: 'None: a decision is never reversed.',
    roles: OPERATORS,
    parameters: {
      code: {
        type: 'string',
        pattern: '^[A-Za-z0-9._-]{1,64}$',
        description: '1 to 64 of letters, digits, ".", "_" and "-": a code of your own for the reason',
      },
    },
    required: [],
  },
  'change-policy': {
    title: 'Give it another policy',
    consequence:
      'Deadline, intervals and limits of the new policy count from now on. A deadline that lies behind acts at once. What is parked stays parked.',
    undo: 'change-policy, back to the one before.',
    roles: OPERATORS,
    parameters: {
      policy: {
        type: ['string', 'object'],
        pattern: ID_PATTERN,
        additionalProperties: false,
        required: ['name', 'version'],
        properties: { name: idSchema, version: { type: 'integer', minimum: 1, maximum: 1_000_000 } },
        description: 'the name of a policy (its newest version is taken), or name and version',
      },
    },
    required: ['policy'],
  },
  resolve: {
    title: 'Say how a parked op ended',
    consequence:
      'The participant is told that the op is settled, so that a late call cannot act; then the transaction goes on as if it had ended so. ' +
      '`failed`: it did not and never will; a commit or rollback op that failed ends the transaction mixed. ' +
      '`succeeded` of a `try`: its participant holds nothing that could be confirmed, so that the confirm has to be settled by hand, too.',
    undo: 'None: the participant never runs the op again.',
    roles: OPERATORS,
    parameters: {
      branch,
      op: { type: 'string', maxLength: 16, pattern: '^[a-z]+$', description: 'the op that is parked; may be left out where only one is' },
      outcome: { type: 'string', enum: ['succeeded', 'failed'], description: 'How it ended.' },
      force: { type: 'boolean', description: 'Even if the participant cannot be told, or holds something else.' },
    },
    required: ['branch', 'outcome'],
  },
  'edit-payload': {
    title: 'Replace the payload of a step that was never sent',
    consequence: 'The step is sent with this payload. Legal only while it is known that nobody has received the one it has.',
    undo: 'edit-payload again, until the step is sent.',
    roles: OPERATORS,
    parameters: { branch, payload: { type: 'object', description: 'The new payload.' } },
    required: ['branch', 'payload'],
  },
};

export const actionNames = Object.keys(actionCatalogue) as readonly ActionName[];

export function isActionName(name: string): name is ActionName {
  return Object.hasOwn(actionCatalogue, name);
}

/** The catalogue as a table, for the documents. */
export function actionTable(): string {
  const rows = actionNames.map((name) => {
    const { consequence, undo, roles, parameters, required } = actionCatalogue[name];
    const takes = Object.keys(parameters).map((field) => `\`${field}\`${required.includes(field) ? '' : ' (optional)'}`);
    return `| \`${name}\` | ${takes.join(', ')} | ${consequence} | ${undo} | ${roles.join(', ')} |`;
  });
  return `| action | takes | what happens | undo | who |\n|---|---|---|---|---|\n${rows.join('\n')}`;
}
