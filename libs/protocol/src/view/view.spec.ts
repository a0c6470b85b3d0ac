import {
  attentionOf,
  begin,
  type Definition,
  type Endpoint,
  type Outcome,
  planFor,
  shippedPolicies,
  step,
  type Transaction,
  view,
} from '../index.js';

const policy = { ...shippedPolicies[0]!, endAttempts: 1, jitter: 0 };
const origin = { gid: 'g1', name: 'checkout', businessKey: 'order-77', createdBy: 'local', createdAtMs: 5 };
const plain = { payload: '{}', compensate: 'default', run: 'coordinator' } as const;
const definition: Definition = {
  pattern: 'saga',
  driver: 'coordinator',
  policy: { name: 'standard', version: 1 },
  stepwise: false,
  branches: [
    { ...plain, id: 'stock', endpoint: { contract: 'inventory.deduct' }, after: [], pivot: false },
    { ...plain, id: 'charge', endpoint: { contract: 'payment.charge' }, after: ['stock'], pivot: false },
  ],
};

function participantOf(endpoint: Endpoint): string {
  return 'contract' in endpoint ? endpoint.contract.split('.')[0]! : '-';
}

/** Sends the one call that is owed at `atMs` and answers it at once. */
function answer(tx: Transaction, outcome: Outcome, atMs = 5): Transaction {
  const [call] = planFor(tx, tx, atMs).invokes;
  if (call === undefined) throw new Error('nothing is owed');
  const { branch, op, attempt } = call;
  const sent = step(tx, { kind: 'sent', branch, op, attempt, atMs }).tx;
  return step(sent, { kind: 'replied', branch, op, attempt, outcome, atMs, random: 0 }).tx;
}

const refusal: Outcome = { kind: 'rejected', refusal: { code: 'INSUFFICIENT_FUNDS', message: 'balance 12.00, asked for 40.00' } };
const away: Outcome = { kind: 'unknown', code: 'connect_failed', message: 'nobody listens' };
const ok: Outcome = { kind: 'succeeded' };

describe('a transaction as people see it', () => {
  it('shows the end of a committed transaction as the moment of its decision, which its image does not hold', () => {
    const tx = answer(answer(begin(origin, definition, policy), ok), ok, 9);
    expect(view(tx, 2, 11).decision).toEqual({ kind: 'commit', atMs: 11 });
  });

  it('says what was asked, what was decided and why, and how every branch stands', () => {
    const tx = answer(answer(begin(origin, definition, policy), { kind: 'succeeded', result: '{"left":3}' }), refusal, 9);
    expect(view(tx, 2, null)).toEqual({
      gid: 'g1',
      name: 'checkout',
      key: 'order-77',
      pattern: 'saga',
      driver: 'coordinator',
      policy: { name: 'standard', version: 1 },
      status: 'aborting',
      version: 2,
      mixed: false,
      paused: false,
      createdAtMs: 5,
      deadlineAtMs: 30_005,
      finishedAtMs: null,
      decision: {
        kind: 'abort',
        atMs: 9,
        reason: { branch: 'charge', code: 'INSUFFICIENT_FUNDS', message: 'balance 12.00, asked for 40.00' },
      },
      branches: [
        {
          ...{ id: 'stock', contract: 'inventory.deduct', after: [], pivot: false, run: 'coordinator', attention: 'none' },
          forward: { op: 'action', outcome: 'succeeded', attempts: 1, result: { left: 3 } },
          end: { op: 'compensate', outcome: 'none', attempts: 0 },
        },
        {
          ...{ id: 'charge', contract: 'payment.charge', after: ['stock'], pivot: false, run: 'coordinator', attention: 'none' },
          forward: {
            ...{ op: 'action', outcome: 'rejected', attempts: 1 },
            problem: { code: 'INSUFFICIENT_FUNDS', message: 'balance 12.00, asked for 40.00' },
          },
          end: { op: 'compensate', outcome: 'none', attempts: 0 },
        },
      ],
    });
  });

  it('says when a branch is tried again, and why that is needed', () => {
    const tx = answer(begin(origin, definition, policy), away, 1_000);
    expect(view(tx, 1, null).branches[0]).toMatchObject({
      attention: 'retrying',
      forward: { outcome: 'waiting', attempts: 1, nextAtMs: 1_200, problem: { code: 'connect_failed', message: 'nobody listens' } },
    });
  });
});

describe('what needs somebody', () => {
  it('is nothing while all goes well', () => {
    expect(attentionOf(answer(begin(origin, definition, policy), ok), true, participantOf)).toEqual([]);
  });

  it('lists a retry only while its transaction rests', () => {
    const tx = answer(begin(origin, definition, policy), away, 1_000);
    expect(attentionOf(tx, false, participantOf)).toEqual([]);
    expect(attentionOf(tx, true, participantOf)).toEqual([
      { branch: 'stock', kind: 'retrying', code: 'connect_failed', participant: 'inventory', sinceMs: 1_000 },
    ]);
  });

  it('lists what is paused', () => {
    const tx = step(begin(origin, definition, policy), { kind: 'paused', by: 'ada', atMs: 7 }).tx;
    expect(attentionOf(tx, true, participantOf)).toEqual([{ branch: '', kind: 'paused', code: 'paused', participant: '', sinceMs: 7 }]);
  });

  it('lists what is parked, and then what ended mixed', () => {
    const parked = answer(answer(answer(answer(begin(origin, definition, policy), ok), refusal), ok), away, 40);
    expect(attentionOf(parked, false, participantOf)).toEqual([
      { branch: 'stock', kind: 'parked', code: 'attempts_exhausted', participant: 'inventory', sinceMs: 40 },
    ]);
    const failed = step(parked, { kind: 'resolvedByHand', branch: 'stock', op: 'compensate', outcome: 'failed', by: 'ada', atMs: 50 }).tx;
    expect(view(failed, 4, 50)).toMatchObject({ status: 'aborted', mixed: true });
    expect(attentionOf(failed, true, participantOf)).toEqual([
      { branch: 'stock', kind: 'mixed', code: 'resolved_by_hand', participant: 'inventory', sinceMs: 50 },
    ]);
  });
});
