/** The scenarios that are explored whole: two or three branches each, every pattern of ordering, and both drivers of a TCC. */
import { type BranchDefinition, type Definition, type PatternName, type Policy, shippedPolicies } from '@assent/protocol';
import type { Scenario } from './world.js';

/** No wait takes time, and nothing runs out. */
const endless: Policy = {
  ...shippedPolicies[0]!,
  deadlineMs: 1_000_000,
  forwardTimeoutMs: 0,
  endTimeoutMs: 0,
  firstIntervalMs: 0,
  capMs: 0,
  jitter: 0,
  forwardAttempts: Number.POSITIVE_INFINITY,
  endAttempts: Number.POSITIVE_INFINITY,
  pollIntervalMs: 0,
  maxPendingMs: Number.POSITIVE_INFINITY,
};

const plain = { endpoint: { contract: 'shop.op' }, payload: '{}', compensate: 'default', pivot: false, run: 'coordinator' } as const;

/** `a`, then `b after a`, ...: a chain unless a branch says otherwise. */
function chain(...branches: (Partial<BranchDefinition> & { readonly id: string })[]): BranchDefinition[] {
  return branches.map((branch, index) => ({ ...plain, after: index === 0 ? [] : [branches[index - 1]!.id], ...branch }));
}

function beside(...branches: (Partial<BranchDefinition> & { readonly id: string })[]): BranchDefinition[] {
  return branches.map((branch) => ({ ...plain, after: [], ...branch }));
}

function define(pattern: PatternName, branches: readonly BranchDefinition[], rest: Partial<Definition> = {}): Definition {
  return { pattern, driver: 'coordinator', policy: { name: endless.name, version: 1 }, stepwise: false, branches, ...rest };
}

function scenario(name: string, definition: Definition, rest: Partial<Scenario> = {}): Scenario {
  return {
    name,
    definition,
    policy: endless,
    registrations: [],
    works: ['done', 'refused'],
    allows: ['abort', 'deadline', 'lazy flush'],
    ...rest,
  };
}

const [a, b, c] = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
const initiator = { driver: 'initiator' } as const;
const check = { checkBack: { contract: 'shop.check' } } as const;

export const scenarios: readonly Scenario[] = [
  scenario('a saga of two steps, some of it pending', define('saga', chain(a, b)), { works: ['done', 'refused', 'working'] }),
  scenario('a saga of two steps, paused at any time', define('saga', chain(a, b)), { allows: ['abort', 'pause'] }),
  scenario('a saga of three steps', define('saga', chain(a, b, c))),
  scenario('two parallel steps', define('saga', beside(a, b)), { allows: ['abort', 'deadline'] }),
  scenario('two parallel steps and their join', define('saga', chain(a, { id: 'b', after: [] }, { id: 'c', after: ['a', 'b'] })), {
    allows: [],
  }),
  scenario('a pivot in the middle', define('saga', chain(a, { id: 'b', pivot: true }, c))),
  scenario('a pivot at the end', define('saga', chain(a, b, { id: 'c', pivot: true }))),
  scenario('a pivot, calls that never leave, flushes that take time', define('saga', chain(a, { id: 'b', pivot: true })), {
    allows: ['abort', 'deadline', 'withdrawal', 'lazy flush', 'slow flush'],
  }),
  scenario('a stepwise saga', define('saga', chain(a, b, c), { stepwise: true })),
  scenario('a step with nothing to undo', define('saga', chain(a, { id: 'b', compensate: 'none' }, c))),
  scenario('a first step with nothing to undo', define('saga', chain({ id: 'a', compensate: 'none' }, b))),
  scenario('a saga that runs out of attempts and aborts', define('saga', chain(a, b)), {
    policy: { ...endless, forwardAttempts: 2, endAttempts: 1, onExhausted: 'abort' },
    allows: ['abort'],
  }),
  scenario('a saga that runs out of attempts and parks', define('saga', chain(a, b)), {
    policy: { ...endless, forwardAttempts: 1, endAttempts: 2, onExhausted: 'park' },
    allows: ['abort'],
  }),
  scenario('a TCC of two branches', define('tcc', beside(a, b))),
  scenario('a TCC of two branches, some of it pending', define('tcc', beside(a, b)), { works: ['done', 'working'], allows: [] }),
  scenario('a TCC of three branches in order', define('tcc', chain(a, b, c))),
  scenario('a TCC that its initiator drives', define('tcc', [], initiator), { registrations: beside(a, b), allows: ['abort', 'deadline'] }),
  scenario('a TCC whose services run their own tries', define('tcc', [], initiator), {
    registrations: beside({ id: 'a', run: 'self' }, { id: 'b', run: 'self' }),
  }),
  scenario('a TCC of both kinds', define('tcc', [], initiator), {
    registrations: beside({ id: 'a', run: 'self' }, b),
    works: ['done', 'working'],
  }),
  scenario('an XA transaction', define('xa', [], initiator), { registrations: beside({ id: 'a', run: 'self' }, { id: 'b', run: 'self' }) }),
  scenario('a message', define('message', beside(a, b), { ...initiator, ...check }), { allows: ['deadline', 'lazy flush'] }),
];
