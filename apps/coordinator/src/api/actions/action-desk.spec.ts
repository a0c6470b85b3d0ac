/** What the desk hands to the engine, with an engine that only remembers it. */
import type { Deed, Rehearsal } from '@assent/engine';
import type { TransactionView } from '@assent/protocol';
import type { Backend } from '../backend.js';
import type { Operations } from '../operations.js';
import { ActionDesk } from './action-desk.js';

const before = { gid: 'g', version: 7, status: 'aborting', branches: [] } as unknown as TransactionView;
const ann = { name: 'ann', role: 'operator' } as const;

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
      { requestedBy: ann, approvedBy: null, idempotencyKey: 'k' },
    );
  return { done, settle, seals: () => seals };
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
