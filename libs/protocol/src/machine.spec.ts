import { begin, type Definition, imageOf, load, type Outcome, planFor, shippedPolicies, step, type Transaction, view } from './index.js';

const policy = shippedPolicies[0]!;
const origin = { gid: 'g1', name: 'checkout', businessKey: null, createdBy: 'local', createdAtMs: 0 };

function saga(...ids: string[]): Definition {
  const branches = ids.map((id, index) => ({
    id,
    endpoint: { contract: `shop.${id}` },
    payload: '{}',
    after: index === 0 ? [] : [ids[index - 1]!],
    compensate: 'default' as const,
    pivot: false,
    run: 'coordinator' as const,
  }));
  return { pattern: 'saga', driver: 'coordinator', policy: { name: 'standard', version: 1 }, stepwise: false, branches };
}

/** Sends the one planned call and answers it, with every image durable at once. */
function answerNext(tx: Transaction, outcome: Outcome): Transaction {
  const [call] = planFor(tx, tx, 0).invokes;
  if (call === undefined) throw new Error('nothing is owed');
  const { branch, op, attempt } = call;
  const sent = step(tx, { kind: 'sent', branch, op, attempt, atMs: 0 }).tx;
  return step(sent, { kind: 'replied', branch, op, attempt, outcome, atMs: 1, random: 0 }).tx;
}

describe('the machine', () => {
  it('commits a saga with two flushes and an image that says nothing but its status', () => {
    const started = begin(origin, saga('stock', 'pay'), policy);
    expect(planFor(started, null, 0)).toMatchObject({ invokes: [], flush: 'now' });
    const first = answerNext(started, { kind: 'succeeded' });
    expect(planFor(first, started, 0).flush).toBe('lazily');
    const ended = answerNext(first, { kind: 'succeeded' });
    expect(planFor(ended, started, 0)).toMatchObject({ flush: 'now', waitsFor: 'final', idle: true, wakeAtMs: null });
    expect(imageOf(ended)).toMatchObject({ status: 'committed', progress: '' });
  });

  it('reads a committed saga back from its status alone', () => {
    const ended = answerNext(begin(origin, saga('stock'), policy), { kind: 'succeeded' });
    const loaded = load({ origin, image: imageOf(ended), policy, version: 2, finishedAtMs: 7 });
    expect(view(loaded, 2, 7)).toMatchObject({
      status: 'committed',
      decision: { kind: 'commit', atMs: 7 },
      branches: [{ id: 'stock', forward: { op: 'action', outcome: 'succeeded', attempts: 1 }, end: null, attention: 'none' }],
    });
  });
});
