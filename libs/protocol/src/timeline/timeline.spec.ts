import type { BranchView, OpView, TransactionView } from '../model/view.js';
import { durationInWords, headlineOf, momentInWords, momentsOf, type TimelineCall, timeInWords } from './index.js';

/** 2026-11-22 02:13:33 UTC. */
const begunAtMs = 1_795_313_613_000;

const op = (name: OpView['op'], outcome: OpView['outcome'], more: Partial<OpView> = {}): OpView => ({
  op: name,
  outcome,
  attempts: 1,
  ...more,
});

function branch(contract: string, forward: OpView, end: OpView | null, attention: BranchView['attention'] = 'none'): BranchView {
  return { id: contract, contract, after: [], pivot: false, run: 'coordinator', forward, end, attention };
}

const cancelling: TransactionView = {
  gid: 'g',
  name: 'checkout',
  key: null,
  pattern: 'tcc',
  driver: 'coordinator',
  policy: { name: 'standard', version: 1 },
  status: 'aborting',
  version: 4,
  mixed: false,
  paused: false,
  createdAtMs: begunAtMs,
  deadlineAtMs: begunAtMs + 30_000,
  finishedAtMs: null,
  decision: { kind: 'abort', atMs: begunAtMs + 30_000, reason: { code: 'deadline', message: '' } },
  branches: [
    branch('inventory.reserve', op('try', 'succeeded'), op('cancel', 'succeeded')),
    branch('shipping.book', op('try', 'unknown'), op('cancel', 'by_hand')),
    branch(
      'payment.freeze',
      op('try', 'succeeded'),
      op('cancel', 'waiting', { attempts: 7, nextAtMs: begunAtMs + 102_000, problem: { code: 'connect_failed', message: 'refused' } }),
      'retrying',
    ),
  ],
};

const failed: TimelineCall = {
  branch: 'payment.freeze',
  op: 'cancel',
  attempt: 7,
  startedAtMs: begunAtMs + 31_000,
  durationMs: 3,
  outcome: 'unknown',
  code: 'connect_failed',
  message: 'refused',
};

describe('a transaction in one line', () => {
  it('says what was decided, when and why, how much is done, and who is waited for until when', () => {
    expect(headlineOf(cancelling, begunAtMs + 30_000)).toBe(
      'ABORT decided 02:14:03 by deadline 30 s; 2 of 3 undone; waiting for payment.cancel, attempt 7, next in 72 s (connect_failed: refused)',
    );
  });

  it('names what only a person moves before what time moves, and the branch where a participant has several', () => {
    const [, , waiting] = cancelling.branches as [BranchView, BranchView, BranchView];
    const problem = { code: 'attempts_exhausted', message: 'attempt 3 was the last' };
    const parked = { ...branch('payment.fee', op('try', 'succeeded'), op('cancel', 'unknown', { problem }), 'parked'), id: 'fee' };
    expect(headlineOf({ ...cancelling, paused: true, branches: [waiting, parked] }, begunAtMs)).toBe(
      'ABORT decided 02:14:03 by deadline 30 s; 0 of 2 undone; payment.cancel of fee is PARKED (attempts_exhausted: attempt 3 was the last); ' +
        'waiting for payment.cancel of payment.freeze, attempt 7, next in 102 s (connect_failed: refused); PAUSED: nothing is sent',
    );
  });

  it('tells an undecided one, and one that waits for its initiator', () => {
    const active = { ...cancelling, status: 'active', decision: null } as const;
    const running = { ...active, branches: [branch('a.b', op('try', 'in_flight', { attempts: 2 }), null)] };
    expect(headlineOf(running, begunAtMs)).toBe(
      'not decided, begun 02:13:33, deadline 02:14:03; 0 of 1 done; waiting for a.try, attempt 2 in the air',
    );
    expect(headlineOf({ ...active, driver: 'initiator', deadlineAtMs: null, branches: [] }, begunAtMs)).toBe(
      'not decided, begun 02:13:33, no deadline; no branches yet; waiting for its initiator',
    );
  });

  it('names whose turn it is where nobody has been called yet', () => {
    const first = branch('a.b', op('action', 'succeeded'), null);
    const next = { ...branch('pay.c', op('action', 'none', { attempts: 0 }), null), after: ['a.b'] };
    const last = { ...branch('d.e', op('action', 'none', { attempts: 0 }), null), after: ['pay.c'] };
    const held = { ...cancelling, status: 'active', decision: null, branches: [first, next, last] } as const;
    expect(headlineOf(held, begunAtMs)).toBe(
      'not decided, begun 02:13:33, deadline 02:14:03; 1 of 3 done; waiting for pay.action, not sent yet',
    );
  });

  it('names what holds a call back', () => {
    const [, , waiting] = cancelling.branches as [BranchView, BranchView, BranchView];
    const held = { branch: 'payment.freeze', kind: 'waiting', participant: 'payment', sinceMs: begunAtMs + 60_000 } as const;
    const tried = { ...cancelling, branches: [waiting] };
    expect(headlineOf(tried, begunAtMs + 200_000, [{ ...held, code: 'breaker_open' }])).toBe(
      'ABORT decided 02:14:03 by deadline 30 s; 0 of 1 undone; waiting for payment.cancel, attempt 7: the circuit breaker of payment is open ' +
        'since 02:14:33 (connect_failed: refused)',
    );
    const unsent = { ...cancelling, branches: [branch('payment.freeze', op('try', 'succeeded'), op('cancel', 'none', { attempts: 0 }))] };
    expect(headlineOf(unsent, begunAtMs, [{ ...held, code: 'dispatch_paused' }])).toMatch(
      /waiting for payment.cancel, not sent yet: somebody has paused payment since 02:14:33$/,
    );
  });

  it('tells the end, and that it was not the same for all', () => {
    const ended = { ...cancelling, status: 'aborted', finishedAtMs: begunAtMs + 86_400_000, mixed: true } as const;
    expect(headlineOf(ended, begunAtMs)).toBe(
      'ABORT decided 02:14:03 by deadline 30 s; ABORTED 2026-11-23 02:13:33; 2 of 3 undone; ended MIXED: a branch never followed the decision',
    );
  });

  it('does not say that there was nothing to undo where retention has taken the branches away', () => {
    const ended = { ...cancelling, status: 'aborted', finishedAtMs: begunAtMs + 60_000, branches: [] } as const;
    expect(headlineOf(ended, begunAtMs)).toBe('ABORT decided 02:14:03 by deadline 30 s; ABORTED 02:14:33');
  });
});

describe('what a person did', () => {
  const wordsOf = (more: object) => {
    const deed = { atMs: begunAtMs, principal: 'ada', action: 'resolve', reason: 'the bank has called', outcome: 'done', ...more };
    return momentInWords(cancelling, { atMs: begunAtMs, known: 'time', kind: 'deed', deed });
  };

  it('is told with what it was about, and who agreed', () => {
    const settled = { branch: 'freeze', op: 'cancel', as: 'succeeded', forced: true, approvedBy: 'ben' } as const;
    expect(wordsOf(settled)).toBe('ada: resolve freeze cancel as succeeded by force (approved by ben), because the bank has called');
    expect(wordsOf({ action: 'change-policy', reason: '', policy: { name: 'patient', version: 1 } })).toBe(
      'ada: change-policy to patient v1',
    );
    expect(wordsOf({ action: 'retry', outcome: 'refused: not_parked' })).toBe(
      'ada: retry (refused: not_parked), because the bank has called',
    );
  });
});

describe('the moments of a transaction', () => {
  it('do not say that it was accepted with the policy that it was given later', () => {
    const deed = { atMs: begunAtMs + 1, principal: 'ada', action: 'change-policy', reason: '', outcome: 'done' };
    const first = (outcome: string) => momentInWords(cancelling, momentsOf(cancelling, [], [{ ...deed, outcome }])[0]!);
    expect([first('refused: policy_unfit'), first('done')]).toEqual([
      'accepted (deadline 30 s, policy standard v1)',
      'accepted (under another policy than it has now)',
    ]);
  });

  it('are in order: failed calls with their times, those that went well where they belong, and what people did', () => {
    const deed = { atMs: begunAtMs + 40_000, principal: 'ada', action: 'retry', reason: 'it is back', outcome: 'done' };
    const moments = momentsOf(cancelling, [failed], [deed]);
    expect(
      moments.map((moment) => `${moment.known === 'time' ? moment.atMs - begunAtMs : '-'} ${momentInWords(cancelling, moment)}`),
    ).toEqual([
      '0 accepted (deadline 30 s, policy standard v1)',
      '- inventory.reserve try succeeded',
      '- shipping.book try unknown',
      '- payment.freeze try succeeded',
      '30000 decided: abort by deadline 30 s',
      '- inventory.reserve cancel succeeded',
      '- shipping.book cancel by_hand',
      '31000 payment.freeze cancel attempt 7 unknown in 3 ms (connect_failed: refused)',
      '40000 ada: retry, because it is back',
    ]);
  });

  it('have a decision whose time nobody knows any more behind the calls that led to it', () => {
    const late = { ...failed, op: 'try' };
    const branches = [branch('payment.freeze', op('try', 'succeeded', { attempts: 8 }), op('confirm', 'succeeded'))];
    const confirming = { ...cancelling, status: 'committing', decision: { kind: 'commit', atMs: null }, branches } as const;
    expect(headlineOf(confirming, begunAtMs)).toBe('COMMIT decided; 1 of 1 confirmed');
    const moments = momentsOf(confirming, [late], []).map((moment) => `${moment.known} ${momentInWords(confirming, moment)}`);
    expect(moments.slice(1)).toEqual([
      'time payment.freeze try attempt 7 unknown in 3 ms (connect_failed: refused)',
      'order payment.freeze try succeeded',
      'order decided: commit',
      'order payment.freeze confirm succeeded',
    ]);
  });

  it('tell of a success behind failed attempts, too', () => {
    const done = { ...cancelling, branches: [branch('payment.freeze', op('try', 'rejected'), op('cancel', 'succeeded', { attempts: 8 }))] };
    const calls = momentsOf(done, [failed], []).filter(({ kind }) => kind === 'call');
    expect(calls.map((moment) => momentInWords(done, moment))).toEqual([
      'payment.freeze try rejected',
      'payment.freeze cancel attempt 7 unknown in 3 ms (connect_failed: refused)',
      'payment.freeze cancel succeeded (nothing to undo)',
    ]);
  });
});

describe('times in words', () => {
  it('name the day only where it is another one', () => {
    expect(timeInWords(begunAtMs, begunAtMs)).toBe('02:13:33');
    for (const text of ['2000-02-29', '2026-12-31', '2024-03-01', '1999-01-01']) {
      expect(timeInWords(Date.parse(`${text}T23:59:59Z`), begunAtMs)).toBe(`${text} 23:59:59`);
    }
  });

  it('give durations in the unit that tells most', () => {
    expect([0, 999, 1_000, 119_499, 120_000, 7_200_000, 172_800_000].map(durationInWords)).toEqual([
      '0 ms',
      '999 ms',
      '1 s',
      '119 s',
      '2 min',
      '2 h',
      '2 d',
    ]);
  });
});
