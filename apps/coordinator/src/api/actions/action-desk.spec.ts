/** What the desk hands to the engine, with an engine that only remembers it. */
import { type Deed, EngineError, type Rehearsal } from '@assent/engine';
import { shippedPolicies, type TransactionView } from '@assent/protocol';
import { ApiError } from '../../errors/index.js';
import type { Backend } from '../backend.js';
import type { Operations } from '../operations.js';
import { ActionDesk } from './action-desk.js';

const before = { gid: 'g', version: 7, status: 'aborting', branches: [] } as unknown as TransactionView;
const ann = { name: 'ann', role: 'operator' } as const;
const byAnn = { requestedBy: ann, approvedBy: null, idempotencyKey: 'k' } as const;

/** A desk whose engine answers a rehearsal like this, and what was handed to it. */
function aDesk(rehearsal: Rehearsal) {
  const done: Deed[] = [];
  let seals = 0;
  const interventions = {
    rehearse: async () => rehearsal,
    seal: async () => {
      seals += 1;
      return { kind: 'answered', report: { op: 'cancel', outcome: 'none', sealed: true } };
    },
    intervene: async (_gid: string, deed: Deed) => {
      done.push(deed);
      return { kind: 'done', view: before };
    },
  };
  const desk = new ActionDesk({ interventions: () => interventions } as unknown as Operations, {} as Backend);
  const settle = () =>
    desk.carryOut(
      'deed-1',
      { gid: 'g', action: 'resolve', reason: 'seen at the bank', version: null, parameters: {} },
      { branch: 'a', op: 'cancel', outcome: 'succeeded' },
      byAnn,
    );
  return { done, desk, settle, seals: () => seals };
}

describe('settling an op by hand', () => {
  it('seals it at its participant first', async () => {
    const { done, settle, seals } = aDesk({ refusal: null, before, after: before });
    await settle().catch(() => undefined);
    expect([seals(), done[0]]).toEqual([1, expect.objectContaining({ ifVersion: null, remarks: { seal: 'sealed' } })]);
  });

  it('never settles it unsealed when it is parked in the moment after it could not be settled', async () => {
    const { done, settle, seals } = aDesk({ refusal: { code: 'not_parked', detail: 'It is not parked.' }, before, after: null });
    await settle().catch(() => undefined);
    expect([seals(), done[0]]).toEqual([0, expect.objectContaining({ ifVersion: 7 })]);
  });
});

it('shows a reason that is long with the transaction as whole characters', async () => {
  const { done, desk } = aDesk({ refusal: null, before, after: before });
  const abort = (reason: string) =>
    desk
      .carryOut(`deed-${reason.length}`, { gid: 'g', action: 'abort', reason, version: null, parameters: {} }, {}, byAnn)
      .catch(() => undefined);
  await abort(`x${'😀'.repeat(300)}`);
  await abort(`x${'😀'.repeat(600)}`);
  const messages = done.map(({ intervention }) => (intervention.kind === 'abort' ? intervention.message : null));
  expect(messages).toEqual([`x${'😀'.repeat(300)}`, `x${'😀'.repeat(499)}`]);
});

describe('what waits for a second person', () => {
  const asked = { gid: 'g', reason: 'the bank has called', version: null };

  /** A desk at which `debit` has its `confirm` parked, and the shipped policies are in force. */
  function aDeskOf(choices: () => Promise<object>): ActionDesk {
    const policy = async (name: string) => shippedPolicies.find((one) => one.name === name) ?? null;
    return new ActionDesk({ interventions: () => ({ choices }) } as unknown as Operations, { policy } as unknown as Backend);
  }
  const parked = async () => ({ choices: [{ kind: 'resolve', targets: [{ branch: 'debit', op: 'confirm' }] }] });

  it('is kept with the op that is parked at that moment, and the version of the policy', async () => {
    const desk = aDeskOf(parked);
    const resolve = { branch: 'debit', outcome: 'succeeded' };
    expect((await desk.inFull({ ...asked, action: 'resolve', parameters: resolve })).parameters).toEqual({ ...resolve, op: 'confirm' });
    const given = { ...resolve, op: 'cancel' };
    expect((await desk.inFull({ ...asked, action: 'resolve', parameters: given })).parameters).toEqual(given);
    expect((await desk.inFull({ ...asked, action: 'change-policy', parameters: { policy: 'patient' } })).parameters).toEqual({
      policy: { name: 'patient', version: 1 },
    });
  });

  it('is refused in the words of the API, so that the audit can tell of it, where there is no such transaction', async () => {
    const desk = aDeskOf(() => Promise.reject(new EngineError('not_found', 'There is no transaction g.')));
    const resolve = { ...asked, action: 'resolve', parameters: { branch: 'debit', outcome: 'succeeded' } };
    await expect(desk.preview(resolve, ann)).rejects.toBeInstanceOf(ApiError);
    await expect(desk.inFull(resolve)).rejects.toBeInstanceOf(ApiError);
  });
});
