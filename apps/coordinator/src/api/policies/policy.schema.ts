/** `/v1/policies`: requests, and what must hold between their fields. */
import type { Policy } from '@assent/protocol';
import { ApiError, type Problem } from '../../errors/index.js';
import { idSchema, reasonSchema } from '../schemas/common.js';

const YEAR_MS = 31_536_000_000;
const DAY_MS = 86_400_000;
/** A call that takes longer holds a place of its participant that others wait for. */
const LONGEST_CALL_MS = 600_000;
const MOST_ATTEMPTS = 1_000_000;

const ms = (maximum: number, description: string) =>
  ({ type: 'integer', minimum: 1, maximum, description: `${description}, in milliseconds.` }) as const;
const attempts = (description: string) => ({ type: 'integer', minimum: 1, maximum: MOST_ATTEMPTS, description }) as const;

/** What a version holds beside its name and number. */
export type PolicyFields = Omit<Policy, 'name' | 'version' | 'isRetired'>;

export const fieldSchemas = {
  deadlineMs: {
    type: ['integer', 'null'],
    minimum: 1,
    maximum: YEAR_MS,
    description: 'From acceptance to the deadline, in milliseconds; `null`: none (TCC and XA refuse it).',
  },
  forwardTimeoutMs: ms(LONGEST_CALL_MS, 'How long one call of a forward op may take'),
  endTimeoutMs: ms(LONGEST_CALL_MS, 'How long one call of a commit or rollback op may take'),
  firstIntervalMs: ms(DAY_MS, 'The wait after the first failed attempt'),
  multiplier: { type: 'number', minimum: 1, maximum: 10, description: 'By how much each wait is longer than the one before.' },
  capMs: ms(DAY_MS, 'The longest wait'),
  jitter: { type: 'number', minimum: 0, maximum: 1, description: 'By which part of it a wait may be shortened at random.' },
  forwardAttempts: attempts('Attempts of a forward op.'),
  endAttempts: attempts('Attempts of a commit or rollback op; then it is parked.'),
  onExhausted: { type: 'string', enum: ['abort', 'park'], description: 'What happens when the attempts of a forward op are used up.' },
  pollIntervalMs: ms(DAY_MS, 'How often a branch that is still working is asked'),
  maxPendingMs: ms(YEAR_MS, 'How long it may work before it is parked'),
} as const;

export interface NewPolicyBody extends Partial<PolicyFields> {
  readonly name: string;
  readonly reason: string;
}

export interface VersionBody extends Partial<PolicyFields> {
  readonly reason: string;
}

export const newPolicySchema = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'reason'],
  properties: { name: idSchema, reason: reasonSchema, ...fieldSchemas },
} as const;

export const versionSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['reason'],
  properties: { reason: reasonSchema, ...fieldSchemas },
} as const;

/** Throws `policy_invalid` with everything that does not go together. */
export function checkPolicy(policy: PolicyFields): void {
  const problems: Problem[] = [];
  const { deadlineMs } = policy;
  const refuse = (field: keyof PolicyFields, detail: string) => problems.push({ code: 'policy_invalid', detail, pointer: `/${field}` });
  if (deadlineMs !== null && policy.forwardTimeoutMs >= deadlineMs) {
    refuse(
      'forwardTimeoutMs',
      `A call may take ${policy.forwardTimeoutMs} ms, but the deadline is after ${deadlineMs} ms: it must be shorter.`,
    );
  }
  if (policy.firstIntervalMs > policy.capMs) {
    refuse('firstIntervalMs', `The first wait of ${policy.firstIntervalMs} ms is longer than the longest, ${policy.capMs} ms.`);
  }
  if (policy.pollIntervalMs > policy.maxPendingMs) {
    refuse('pollIntervalMs', `A branch is asked every ${policy.pollIntervalMs} ms, but given up after ${policy.maxPendingMs} ms.`);
  }
  const [first] = problems;
  if (first !== undefined) throw new ApiError('policy_invalid', first.detail, { pointer: first.pointer, problems });
}
