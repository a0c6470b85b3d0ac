/** What no transcript tells: the machine's manners towards its driver. */
import { begin, type Definition, ProtocolBug, planFor, shippedPolicies, step, type Transaction } from '../index.js';

const policy = shippedPolicies[0]!;
const origin = { gid: 'g1', name: 'checkout', businessKey: null, createdBy: 'local', createdAtMs: 0 };
const plain = { payload: '{}', compensate: 'default', run: 'coordinator', pivot: false } as const;
const definition: Definition = {
  pattern: 'saga',
  driver: 'coordinator',
  policy: { name: 'standard', version: 1 },
  stepwise: false,
  branches: [
    { ...plain, id: 'a', endpoint: { contract: 'shop.a' }, after: [] },
    { ...plain, id: 'b', endpoint: { urls: { action: 'https://b/do', compensate: 'https://b/undo' } }, after: ['a'], payload: '{"n":1}' },
  ],
};

function sent(tx: Transaction, branch: string, op: 'action' | 'compensate', attempt: number): Transaction {
  return step(tx, { kind: 'sent', branch, op, attempt, atMs: 0 }).tx;
}

describe('what only a broken driver does is a ProtocolBug', () => {
  const tx = begin(origin, definition, policy);

  it.each([
    ['begins what was never checked', () => begin(origin, { ...definition, branches: [] }, policy)],
    ['sends to a branch that does not exist', () => sent(tx, 'ghost', 'action', 1)],
    ['sends a call twice', () => sent(sent(tx, 'a', 'action', 1), 'a', 'action', 2)],
    ['sends a number that is not next', () => sent(tx, 'a', 'action', 2)],
    ['rolls back what was not decided', () => sent(tx, 'a', 'compensate', 1)],
    ['sends while paused', () => sent(step(tx, { kind: 'paused', by: 'ada', atMs: 0 }).tx, 'a', 'action', 1)],
  ])('%s', (_, act) => {
    expect(act).toThrow(ProtocolBug);
  });
});

describe('a plan', () => {
  it('carries all that a call needs', () => {
    const tx = begin(origin, definition, policy);
    const running = sent(tx, 'a', 'action', 1);
    const next = step(running, {
      kind: 'replied',
      branch: 'a',
      op: 'action',
      attempt: 1,
      outcome: { kind: 'succeeded' },
      atMs: 0,
      random: 0,
    }).tx;
    expect(planFor(next, tx, 0)).toEqual({
      invokes: [
        {
          ...{
            kind: 'invoke',
            branch: 'b',
            op: 'action',
            attempt: 1,
            payload: '{"n":1}',
            timeoutMs: policy.forwardTimeoutMs,
            needs: 'horizon',
          },
          endpoint: { urls: { action: 'https://b/do', compensate: 'https://b/undo' } },
        },
      ],
      ...{ flush: 'lazily', wakeAtMs: policy.deadlineMs, idle: false, waitsFor: 'time' },
    });
  });

  it('delivers behind a pivot to the URL of the action', () => {
    const urls = { action: 'https://mail/send' };
    const [first, second] = definition.branches;
    const branches = [
      { ...first!, pivot: true },
      { ...second!, endpoint: { urls } },
    ];
    const tx = sent(begin(origin, { ...definition, branches }, policy), 'a', 'action', 1);
    const decided = step(tx, {
      kind: 'replied',
      branch: 'a',
      op: 'action',
      attempt: 1,
      outcome: { kind: 'succeeded' },
      atMs: 0,
      random: 0,
    }).tx;
    expect(planFor(decided, tx, 0).invokes).toEqual([]);
    expect(planFor(decided, decided, 0).invokes).toMatchObject([
      {
        branch: 'b',
        op: 'deliver',
        endpoint: { urls: { ...urls, deliver: 'https://mail/send' } },
        needs: 'decision',
        timeoutMs: policy.endTimeoutMs,
      },
    ]);
  });

  it('is idle while only time can move it', () => {
    const away = { kind: 'unknown', code: 'connect_failed', message: '' } as const;
    const tx = sent(begin(origin, definition, policy), 'a', 'action', 1);
    expect(planFor(tx, tx, 0)).toMatchObject({ idle: false, waitsFor: 'time' });
    const waiting = step(tx, { kind: 'replied', branch: 'a', op: 'action', attempt: 1, outcome: away, atMs: 0, random: 0 }).tx;
    expect(planFor(waiting, waiting, 0)).toMatchObject({ idle: true, waitsFor: 'time', wakeAtMs: policy.firstIntervalMs, invokes: [] });
  });
});

describe('an early wake', () => {
  it('changes nothing and is counted', () => {
    const tx = begin(origin, definition, policy);
    expect(step(tx, { kind: 'woke', atMs: 1 })).toEqual({ tx, answer: { kind: 'ignored', mark: 'early_wake' } });
  });
});
