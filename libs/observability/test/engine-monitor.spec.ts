import { aCall, aView, monitorAt } from './views.js';

describe('the log of a coordinator', () => {
  it('has one line per finished transaction, with the reason when it was aborted', () => {
    const { monitor, lines } = monitorAt('info');
    monitor.finished(
      aView({
        status: 'aborted',
        decision: {
          kind: 'abort',
          atMs: 1_020,
          reason: { branch: 'payment.freeze', code: 'INSUFFICIENT_FUNDS', message: 'balance 12.00' },
        },
      }),
      1_020,
    );
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        name: 'coordinator',
        pid: process.pid,
        gid: 'g-1',
        traceId: 'trace of g-1',
        transaction: 'checkout',
        pattern: 'tcc',
        status: 'aborted',
        durationMs: 41,
        code: 'INSUFFICIENT_FUNDS',
        branch: 'payment.freeze',
        msg: 'transaction finished',
      },
    ]);
  });

  it('says so when a transaction ended mixed', () => {
    const { monitor, lines } = monitorAt('info');
    monitor.finished(aView({ mixed: true }), 1_020);
    expect(lines[0]).toMatchObject({ mixed: true });
  });

  it('warns of alarms', () => {
    const { monitor, lines } = monitorAt('info');
    monitor.alarm('store_unavailable', 'connect ECONNREFUSED');
    expect(lines).toMatchObject([{ level: 'warn', code: 'store_unavailable', detail: 'connect ECONNREFUSED', msg: 'alarm' }]);
  });

  it('says on every line which transaction it is about, and which trace it belongs to', () => {
    const { monitor, lines } = monitorAt('debug');
    const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    monitor.alarm('branch_parked', 'g-1: stock/parked/http_500', { gid: 'g-1', branch: 'stock', trace });
    monitor.called({ ...aCall, trace }, 'inventory', { kind: 'succeeded' }, 5);
    monitor.called(aCall, 'inventory', { kind: 'succeeded' }, 5);
    monitor.finished(aView({ trace }), 1_020);
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    expect(lines).toMatchObject([
      { msg: 'alarm', gid: 'g-1', branch: 'stock', traceId },
      { msg: 'call ended', gid: 'g-1', branch: 'stock', op: 'try', traceId },
      { msg: 'call ended', gid: 'g-1', branch: 'stock', op: 'try', traceId: 'trace of g-1' },
      { msg: 'transaction finished', gid: 'g-1', traceId },
    ]);
    for (const line of lines) expect(line).not.toHaveProperty('trace');
  });

  it('is silent about single calls, until somebody wants to know', () => {
    const refused = { kind: 'rejected', refusal: { code: 'OUT_OF_STOCK', message: 'tea' } } as const;
    const lost = { kind: 'unknown', code: 'timeout', message: 'no answer' } as const;
    const { monitor: quiet, lines: none } = monitorAt('info');
    const { monitor: talkative, lines } = monitorAt('debug');
    for (const monitor of [quiet, talkative]) {
      monitor.called(aCall, 'inventory', { kind: 'succeeded', result: '{}' }, 5);
      monitor.called(aCall, 'inventory', refused, 5);
      monitor.called(aCall, 'inventory', lost, 3_000);
    }
    expect(none).toEqual([]);
    expect(lines).toMatchObject([
      { level: 'debug', outcome: 'succeeded', durationMs: 5, msg: 'call ended' },
      {
        level: 'debug',
        gid: 'g-1',
        branch: 'stock',
        op: 'try',
        attempt: 2,
        participant: 'inventory',
        outcome: 'rejected',
        code: 'OUT_OF_STOCK',
      },
      { level: 'debug', outcome: 'unknown', code: 'timeout', detail: 'no answer', durationMs: 3_000 },
    ]);
  });

  it('never shows a payload or a result, nor what a participant says, for that may repeat them', () => {
    const { monitor, lines } = monitorAt('debug');
    monitor.called(aCall, 'inventory', { kind: 'unknown', code: 'http_500', message: 'answered 500: BROKEN no such card 4111-1111' }, 5);
    monitor.called(aCall, 'inventory', { kind: 'unknown', code: 'error_answer', message: 'no such card 4111-1111' }, 5);
    monitor.called(aCall, 'inventory', { kind: 'rejected', refusal: { code: 'NO_SUCH_CARD', message: '4111-1111' } }, 5);
    const forward = { op: 'try', outcome: 'succeeded', attempts: 1, result: { card: '4111-1111' } } as const;
    const branch = { id: 'stock', after: [], pivot: false, run: 'coordinator', forward, end: null, attention: 'none' } as const;
    monitor.finished(aView({ branches: [branch] }), 1_020);
    expect(lines.map(({ code }) => code)).toEqual(['http_500', 'error_answer', 'NO_SUCH_CARD', undefined]);
    expect(JSON.stringify(lines)).not.toContain('4111');
  });

  it('carries what the engine has to say', () => {
    const { monitor, lines } = monitorAt('info');
    monitor.info('flushing again', { incarnation: '42' });
    monitor.info('lost a transaction to another node', { version: 3 }, { gid: 'g-1' });
    expect(lines).toMatchObject([
      { level: 'info', msg: 'flushing again', incarnation: '42' },
      { level: 'info', version: 3, gid: 'g-1', traceId: 'trace of g-1' },
    ]);
  });
});
