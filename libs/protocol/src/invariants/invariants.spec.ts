/** Each promise is broken once by hand, so that a predicate that sees nothing is seen. */
import {
  type BranchObservation,
  begin,
  contradictoryEffects,
  type Definition,
  effectsTwice,
  forgotten,
  leftTooEarly,
  mixedEffects,
  rolledBackOutsideHorizon,
  rolledBackTooEarly,
  shippedPolicies,
  type Transaction,
  takenBack,
  type Violation,
  wrongDelivery,
} from '../index.js';

const plain = { payload: '{}', compensate: 'default', run: 'coordinator', endpoint: { contract: 'shop.op' } } as const;
const definition: Definition = {
  pattern: 'saga',
  driver: 'coordinator',
  policy: { name: 'standard', version: 1 },
  stepwise: false,
  branches: [
    { ...plain, id: 'a', after: [], pivot: false },
    { ...plain, id: 'b', after: ['a'], pivot: false },
    { ...plain, id: 'ship', after: ['b'], pivot: true },
    { ...plain, id: 'mail', after: ['ship'], pivot: false },
  ],
};
const origin = { gid: 'g', name: 'n', businessKey: null, createdBy: 'local', createdAtMs: 0 };
const active = begin(origin, definition, shippedPolicies[0]!);
const aborted: Transaction = { ...active, status: 'aborted', decision: { kind: 'abort', atMs: 1 } };
const committed: Transaction = { ...active, status: 'committed', decision: { kind: 'commit', atMs: 1 } };

function seen(branch: string, forward = 0, commit = 0, rollback = 0, sealed = rollback > 0): BranchObservation {
  return { branch, forward, commit, rollback, sealed };
}

function idsOf(violations: readonly Violation[]): readonly string[] {
  return violations.map(({ invariant, branch }) => `${invariant} ${branch}`);
}

describe('the promises', () => {
  it('I: an op takes effect once', () => {
    expect(idsOf(effectsTwice([seen('a', 2, 0, 1), seen('b', 1, 1)]))).toEqual(['I a']);
  });

  it('E: nothing is both committed and rolled back, and nothing comes after a rollback', () => {
    expect(idsOf(contradictoryEffects([seen('a', 1, 1, 1), seen('b', 1, 0, 0, true), seen('ship', 1, 0, 1), seen('mail', 1, 1)]))).toEqual([
      'E a',
      'E b',
    ]);
  });

  it('A: committed means that all took effect', () => {
    const well = [seen('a', 1), seen('b', 1), seen('ship', 1), seen('mail', 0, 1)];
    expect(mixedEffects(committed, well)).toEqual([]);
    expect(mixedEffects(active, [])).toEqual([]);
    expect(idsOf(mixedEffects(committed, [seen('a'), seen('b', 1, 0, 1), seen('ship', 1), seen('mail')]))).toEqual([
      'A a',
      'A b',
      'A mail',
    ]);
  });

  it('A: aborted means that none did', () => {
    expect(mixedEffects(aborted, [seen('a', 1, 0, 1), seen('b'), seen('ship'), seen('mail')])).toEqual([]);
    expect(idsOf(mixedEffects(aborted, [seen('a', 1), seen('b'), seen('ship', 1), seen('mail', 0, 1)]))).toEqual([
      'A a',
      'A ship',
      'A mail',
    ]);
  });

  it('M: what was delivered is what the initiator committed', () => {
    expect(idsOf(wrongDelivery(aborted, 'committed', [seen('a')]))).toEqual(['M a']);
    expect(idsOf(wrongDelivery(committed, 'rolled-back', [seen('a', 0, 1)]))).toEqual(['M a']);
    expect(wrongDelivery(committed, 'committed', [seen('a', 0, 1)])).toEqual([]);
  });

  it('S: rollback runs in reverse order, inside the horizon', () => {
    const stands = [seen('a', 1), seen('b', 1), seen('ship'), seen('mail')];
    expect(idsOf(rolledBackTooEarly(aborted, 0, stands))).toEqual(['S a']);
    expect(rolledBackTooEarly(aborted, 1, stands)).toEqual([]);
    const byHand = aborted.branches.map((branch) =>
      branch.id === 'b' ? { ...branch, end: { ...branch.end, state: { kind: 'succeeded', by: 'hand' } as const } } : branch,
    );
    expect(rolledBackTooEarly({ ...aborted, branches: byHand }, 0, stands)).toEqual([]);
    expect(rolledBackOutsideHorizon(active, 0)).toEqual([]);
    expect(idsOf(rolledBackOutsideHorizon(active, 2))).toEqual(['S ship']);
    expect(idsOf(rolledBackOutsideHorizon(null, 0))).toEqual(['S null']);
  });

  it('D: no call leaves before the durable state permits it', () => {
    const call = { branch: 'a', op: 'action', needs: 'horizon' } as const;
    expect(leftTooEarly(call, active, active)).toEqual([]);
    expect(idsOf(leftTooEarly(call, active, null))).toEqual(['D a']);
    expect(idsOf(leftTooEarly({ ...call, branch: 'ship' }, active, active))).toEqual(['D ship']);
    expect(idsOf(leftTooEarly(call, aborted, active))).toEqual(['D a']);
    expect(idsOf(leftTooEarly({ ...call, op: 'compensate', needs: 'decision' }, aborted, active))).toEqual(['D a']);
    expect(leftTooEarly({ ...call, op: 'compensate', needs: 'decision' }, aborted, aborted)).toEqual([]);
  });

  it('L: what was durable is not taken back, and nobody is forgotten', () => {
    expect(takenBack(active, aborted)).toEqual([]);
    expect(idsOf(takenBack(aborted, committed))).toEqual(['L null']);
    expect(idsOf(takenBack(active, { ...active, branches: active.branches.slice(0, 3) }))).toEqual(['L mail']);
    const shrunk = active.branches.with(1, { ...active.branches[1]!, inHorizon: false });
    expect(idsOf(takenBack(active, { ...active, branches: shrunk }))).toEqual(['L b']);
    expect(idsOf(forgotten(active, 'final', null, true))).toEqual(['L null']);
    expect(idsOf(forgotten(active, 'time', null, true))).toEqual(['L null']);
    expect(forgotten(active, 'time', 5, true)).toEqual([]);
  });
});
