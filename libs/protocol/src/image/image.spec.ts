/** Images of random lives: whatever happened to a transaction, what is durable of it brings the same transaction back. */
import fc from 'fast-check';
import {
  type BranchDefinition,
  begin,
  type Definition,
  imageOf,
  isFinal,
  load,
  type Outcome,
  type ProtocolEvent,
  planFor,
  shippedPolicies,
  step,
  type Transaction,
  view,
} from '../index.js';

const policy = { ...shippedPolicies[0]!, forwardAttempts: 3, endAttempts: 3 };
const origin = { gid: 'g', name: 'life', businessKey: 'order-7', createdBy: 'local', createdAtMs: 1_000 };

const branch = (id: string, rest: Partial<BranchDefinition>): BranchDefinition => ({
  ...{ id, endpoint: { contract: `shop.${id}` }, payload: '{"n":1}', after: [], compensate: 'default', pivot: false, run: 'coordinator' },
  ...rest,
});

function define(rest: Pick<Definition, 'pattern' | 'branches'> & Partial<Definition>): Definition {
  return { driver: 'coordinator', policy: { name: policy.name, version: policy.version }, stepwise: false, ...rest };
}

const pivotal = [branch('a', {}), branch('b', { after: ['a'], pivot: true }), branch('c', { after: ['b'], compensate: 'none' })];
const chain = [branch('a', {}), branch('b', { after: ['a'] }), branch('c', { after: ['b'] })];
const beside = [branch('a', {}), branch('b', {})];
const oddlyCalled = [branch('__proto__', {}), branch('constructor', { after: ['__proto__'] })];
const driven = { driver: 'initiator' } as const;

const definitions: readonly Definition[] = [
  define({ pattern: 'saga', branches: chain }),
  define({ pattern: 'saga', branches: chain, stepwise: true }),
  define({ pattern: 'saga', branches: pivotal }),
  define({ pattern: 'saga', branches: oddlyCalled }),
  define({ pattern: 'tcc', branches: beside }),
  define({ pattern: 'tcc', branches: [branch('a', { run: 'self' }), branch('b', {})], ...driven }),
  define({ pattern: 'xa', branches: beside, ...driven }),
  define({ pattern: 'message', branches: beside, ...driven, checkBack: { contract: 'order.check' } }),
  define({ pattern: 'lra', branches: beside, ...driven }),
];

const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc.constant<Outcome>({ kind: 'succeeded' }),
  fc.constant<Outcome>({ kind: 'succeeded', result: '{"id":7}' }),
  fc.constant<Outcome>({ kind: 'rejected', refusal: { code: 'NO', message: 'never' } }),
  fc.constant<Outcome>({ kind: 'pending' }),
  fc.constant<Outcome>({ kind: 'unknown', code: 'timeout', message: 'no answer' }),
);

/** What a life is made of: calls are the driver's, the rest comes from outside, whether it fits or not. */
const happening = fc.oneof(
  { weight: 6, arbitrary: fc.record({ what: fc.constant('call' as const), which: fc.nat(5), outcome }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 40_000 }) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('outside' as const), event: fc.oneof(...outsideEvents()) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('crash' as const) }) },
);

function outsideEvents(): fc.Arbitrary<(atMs: number) => ProtocolEvent>[] {
  const id = fc.constantFrom('a', 'b', 'c', 'nobody');
  const by = 'ada';
  return [
    fc.constant((atMs: number) => ({ kind: 'abortRequested', code: 'asked', message: '', by, atMs }) as const),
    fc.subarray(['a', 'b', 'nobody']).map((branches) => (atMs: number) => ({ kind: 'submitted', branches, by, atMs }) as const),
    id.map((name) => (atMs: number) => ({ kind: 'registered', branch: branch(name, { hash: 'h' }), atMs }) as const),
    fc.tuple(id, fc.constantFrom('succeeded', 'rejected', 'released')).map(
      ([name, report]) =>
        (atMs: number) =>
          ({ kind: 'reported', branch: name, report, atMs }) as const,
    ),
    fc.tuple(id, fc.constantFrom('action', 'compensate', 'try', 'cancel', 'deliver'), fc.constantFrom('succeeded', 'failed')).map(
      ([name, op, said]) =>
        (atMs: number) =>
          ({ kind: 'resolvedByHand', branch: name, op, outcome: said, by, atMs }) as const,
    ),
    id.map((name) => (atMs: number) => ({ kind: 'retryRequested', branch: name, atMs }) as const),
    fc.constant((atMs: number) => ({ kind: 'paused', by, atMs }) as const),
    fc.constant((atMs: number) => ({ kind: 'resumed', by, atMs }) as const),
    fc.tuple(id, fc.nat(3), outcome).map(
      ([name, attempt, ended]) =>
        (atMs: number) =>
          ({ kind: 'replied', branch: name, op: 'action', attempt, outcome: ended, atMs, random: 0.5 }) as const,
    ),
  ];
}

type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

function finishedAtMs({ status }: Transaction): number | null {
  return isFinal(status) ? 9_000 : null;
}

function reload(tx: Transaction): Transaction {
  return load({ origin, image: imageOf(tx), policy, version: 1, finishedAtMs: finishedAtMs(tx) });
}

/** Lives through all that happens, every image durable at once; tells every state to `each`. */
function live(definition: Definition, life: readonly Happening[], each: (tx: Transaction, nowMs: number) => void): void {
  let tx = begin(origin, definition, policy);
  let nowMs = origin.createdAtMs;
  for (const part of life) {
    if (part.what === 'crash') tx = reload(tx);
    if (part.what === 'outside') tx = step(tx, part.event(nowMs)).tx;
    if (part.what === 'wait') {
      nowMs += part.ms;
      tx = step(tx, { kind: 'woke', atMs: nowMs }).tx;
    }
    if (part.what === 'call') {
      const { invokes } = planFor(tx, tx, nowMs);
      const call = invokes[part.which % Math.max(invokes.length, 1)];
      if (call === undefined) continue;
      const { branch: name, op, attempt } = call;
      tx = step(tx, { kind: 'sent', branch: name, op, attempt, atMs: nowMs }).tx;
      each(tx, nowMs);
      tx = step(tx, { kind: 'replied', branch: name, op, attempt, outcome: part.outcome, atMs: nowMs, random: 0.5 }).tx;
    }
    each(tx, nowMs);
  }
}

const lives = fc.tuple(fc.constantFrom(...definitions), fc.array(happening, { maxLength: 30 }));

describe('the durable image', () => {
  it('brings back a transaction whose image is the same again', () => {
    fc.assert(
      fc.property(lives, ([definition, life]) => {
        live(definition, life, (tx) => expect(imageOf(reload(tx))).toEqual(imageOf(tx)));
      }),
      { numRuns: 500 },
    );
  });

  it('brings back a transaction that looks the same to people but for the moment of a commit, once nothing is in the air', () => {
    fc.assert(
      fc.property(lives, ([definition, life]) => {
        live(definition, life, (tx) => {
          const isQuiet = tx.branches.every(({ forward, end, notices }) =>
            [forward, end, ...notices].every(({ flight }) => flight === null),
          );
          const decision = tx.decision?.kind === 'commit' ? { kind: 'commit', atMs: finishedAtMs(tx) } : tx.decision;
          if (isQuiet) expect(view(reload(tx), 1, null)).toEqual({ ...view(tx, 1, null), decision });
        });
      }),
      { numRuns: 500 },
    );
  });

  it('owes after a load what it owed before, and the repetition of what may have been sent', () => {
    fc.assert(
      fc.property(lives, ([definition, life]) => {
        live(definition, life, (tx, nowMs) => {
          const owed = (state: Transaction): string[] =>
            planFor(state, state, nowMs).invokes.map(({ branch: name, op, attempt }) => `${op} ${name} ${attempt}`);
          // A node that loads a transaction wakes it: a check-back that came due with the deadline is owed again.
          const loaded = step(reload(tx), { kind: 'woke', atMs: nowMs }).tx;
          expect(owed(loaded)).toEqual(expect.arrayContaining(owed(tx)));
          expect(planFor(loaded, loaded, nowMs).flush).toBe('no');
        });
      }),
      { numRuns: 500 },
    );
  });

  it('never lets the number of a call that was counted come back for another', () => {
    fc.assert(
      fc.property(lives, ([definition, life]) => {
        live(definition, life, (tx) => {
          const calls = (state: Transaction): number[] => state.branches.flatMap(({ forward, end }) => [forward.calls, end.calls]);
          expect(calls(reload(tx))).toEqual(calls(tx));
        });
      }),
      { numRuns: 200 },
    );
  });
});
