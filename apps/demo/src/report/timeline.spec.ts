import type { BranchView, TransactionView } from '@assent/protocol';
import type { LoggedCall } from './call-log.js';
import { timelineOf } from './timeline.js';

const begunAtMs = 1_700_000_000_000;

function branch(contract: string, forward: 'succeeded' | 'rejected'): BranchView {
  return {
    id: contract,
    contract,
    after: [],
    pivot: false,
    run: 'coordinator',
    forward: { op: 'try', outcome: forward, attempts: 1 },
    end: { op: 'cancel', outcome: 'succeeded', attempts: 1 },
    attention: 'none',
  };
}

const aborted: TransactionView = {
  gid: '0199c2',
  name: 'checkout',
  key: 'order-1',
  pattern: 'tcc',
  driver: 'coordinator',
  policy: { name: 'standard', version: 1 },
  status: 'aborted',
  version: 3,
  mixed: false,
  paused: false,
  createdAtMs: begunAtMs,
  deadlineAtMs: begunAtMs + 30_000,
  finishedAtMs: begunAtMs + 41,
  decision: {
    kind: 'abort',
    atMs: begunAtMs + 13,
    reason: { branch: 'payment.freeze', code: 'INSUFFICIENT_FUNDS', message: 'balance 12.00' },
  },
  branches: [branch('inventory.reserve', 'succeeded'), branch('payment.freeze', 'rejected')],
};

const call = (contract: string, op: string, startedMs: number, durationMs: number, more: Partial<LoggedCall> = {}): LoggedCall => ({
  branch: contract,
  op,
  outcome: 'succeeded',
  startedAtMs: begunAtMs + startedMs,
  durationMs,
  ...more,
});

describe('the timeline of a transaction', () => {
  it('tells what was accepted, called, decided and undone, with the time since the beginning', () => {
    const refusal = { outcome: 'rejected', code: 'INSUFFICIENT_FUNDS', message: 'balance 12.00' };
    const calls = [
      call('inventory.reserve', 'cancel', 21, 5),
      call('inventory.reserve', 'try', 3, 9),
      call('payment.freeze', 'try', 3, 6, refusal),
      call('payment.freeze', 'cancel', 24, 4),
    ];
    expect(timelineOf(aborted, calls, 'order').join('\n')).toBe(
      `
0199c2  checkout by TCC, begun by order, aborted after 41 ms: payment refused, INSUFFICIENT_FUNDS
     0 ms  accepted (deadline 30 s, policy standard v1)
     3 ms  inventory.reserve  try        succeeded in 9 ms
     3 ms  payment.freeze     try        rejected  in 6 ms   INSUFFICIENT_FUNDS: balance 12.00
    13 ms  decided: abort
    21 ms  inventory.reserve  cancel     succeeded in 5 ms
    24 ms  payment.freeze     cancel     succeeded in 4 ms   (nothing to undo)
    41 ms  aborted`.trim(),
    );
  });

  it('puts the cause before what it causes when both fall into one millisecond', () => {
    const view = { ...aborted, branches: [branch('inventory.reserve', 'succeeded')] };
    const lines = timelineOf(view, [call('inventory.reserve', 'cancel', 13, 1), call('inventory.reserve', 'try', 13, 1)], 'order');
    expect(lines.map((line) => line.trim().slice(0, 37).trim())).toEqual([
      expect.any(String),
      '0 ms  accepted (deadline 30 s, policy',
      '13 ms  inventory.reserve  try',
      '13 ms  decided: abort',
      '13 ms  inventory.reserve  cancel',
      '41 ms  aborted',
    ]);
  });

  it('tells calls that are not in the log without their times, where they belong', () => {
    const lines = timelineOf(aborted, [call('payment.freeze', 'try', 3, 6, { outcome: 'rejected', code: 'INSUFFICIENT_FUNDS' })], 'order');
    expect(lines.slice(1)).toEqual([
      '     0 ms  accepted (deadline 30 s, policy standard v1)',
      '           inventory.reserve  try        succeeded',
      '     3 ms  payment.freeze     try        rejected  in 6 ms   INSUFFICIENT_FUNDS',
      '    13 ms  decided: abort',
      '           inventory.reserve  cancel     succeeded',
      '           payment.freeze     cancel     succeeded   (nothing to undo)',
      '    41 ms  aborted',
    ]);
  });

  it('names the reason alone when no branch was it', () => {
    const byDeadline = { ...aborted, decision: { kind: 'abort' as const, atMs: begunAtMs, reason: { code: 'deadline', message: '' } } };
    expect(timelineOf(byDeadline, [], 'order')[0]).toMatch(/aborted after 41 ms: deadline$/);
  });
});
