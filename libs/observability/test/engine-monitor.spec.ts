import { EngineMetrics, EngineMonitor } from '../src/index.js';
import { aCall, aView, recordingLogger } from './views.js';

function monitorAt(level: 'info' | 'debug') {
  const metrics = new EngineMetrics();
  const { logger, lines } = recordingLogger(level);
  return { monitor: new EngineMonitor(metrics, logger), metrics, lines };
}

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
    );
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        name: 'coordinator',
        pid: process.pid,
        gid: 'g-1',
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
    monitor.finished(aView({ mixed: true }));
    expect(lines[0]).toMatchObject({ mixed: true });
  });

  it('warns of alarms', () => {
    const { monitor, lines } = monitorAt('info');
    monitor.alarm('store_unavailable', 'connect ECONNREFUSED');
    expect(lines).toMatchObject([{ level: 'warn', code: 'store_unavailable', detail: 'connect ECONNREFUSED', msg: 'alarm' }]);
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
      { level: 'debug', outcome: 'unknown', code: 'timeout', durationMs: 3_000 },
    ]);
  });

  it('never shows a payload or a result', () => {
    const { monitor, lines } = monitorAt('debug');
    monitor.called(aCall, 'inventory', { kind: 'unknown', code: 'http_500', message: 'answered 500' }, 5);
    const forward = { op: 'try', outcome: 'succeeded', attempts: 1, result: { card: '4111-1111' } } as const;
    const branch = { id: 'stock', after: [], pivot: false, run: 'coordinator', forward, end: null, attention: 'none' } as const;
    monitor.finished(aView({ branches: [branch] }));
    expect(lines).toHaveLength(2);
    expect(JSON.stringify(lines)).not.toContain('4111');
  });

  it('carries what the engine has to say', () => {
    const { monitor, lines } = monitorAt('info');
    monitor.info('flushing again', { incarnation: '42' });
    expect(lines).toMatchObject([{ level: 'info', msg: 'flushing again', incarnation: '42' }]);
  });
});

describe('the metrics of a coordinator', () => {
  const scrape = async (report: (monitor: EngineMonitor, metrics: EngineMetrics) => void): Promise<string[]> => {
    const { monitor, metrics } = monitorAt('info');
    report(monitor, metrics);
    return (await metrics.registry.metrics()).split('\n');
  };

  it('count what was started and what ended how', async () => {
    const lines = await scrape((monitor) => {
      monitor.started('saga');
      monitor.started('saga');
      monitor.started('tcc');
      monitor.finished(aView());
      monitor.finished(aView({ status: 'aborted', mixed: true }));
    });
    expect(lines).toEqual(
      expect.arrayContaining([
        'assent_transactions_started_total{pattern="saga"} 2',
        'assent_transactions_started_total{pattern="tcc"} 1',
        'assent_transactions_finished_total{pattern="tcc",outcome="committed"} 1',
        'assent_transactions_finished_total{pattern="tcc",outcome="aborted"} 1',
        'assent_transactions_mixed_total{pattern="tcc"} 1',
        'assent_transaction_duration_seconds_bucket{le="0.025",pattern="tcc",outcome="committed"} 0',
        'assent_transaction_duration_seconds_bucket{le="0.05",pattern="tcc",outcome="committed"} 1',
        'assent_transaction_duration_seconds_bucket{le="+Inf",pattern="tcc",outcome="committed"} 1',
        'assent_transaction_duration_seconds_sum{pattern="tcc",outcome="committed"} 0.041',
        'assent_transaction_duration_seconds_count{pattern="tcc",outcome="committed"} 1',
      ]),
    );
  });

  it('are the same when they are scraped twice', async () => {
    const { monitor, metrics } = monitorAt('info');
    monitor.started('saga');
    monitor.called(aCall, 'inventory', { kind: 'succeeded' }, 2);
    const first = await metrics.registry.metrics();
    expect(await metrics.registry.metrics()).toBe(first);
  });

  it('show the calls of each participant by op and outcome, and why outcomes are unknown', async () => {
    const lines = await scrape((monitor) => {
      monitor.called(aCall, 'inventory', { kind: 'succeeded' }, 1);
      monitor.called(aCall, 'inventory', { kind: 'succeeded' }, 1.5);
      monitor.called(aCall, 'inventory', { kind: 'unknown', code: 'timeout', message: '' }, 60_000);
    });
    const of = (outcome: string) => `participant="inventory",op="try",outcome="${outcome}"`;
    expect(lines).toEqual(
      expect.arrayContaining([
        `assent_branch_call_duration_seconds_bucket{le="0.001",${of('succeeded')}} 1`,
        `assent_branch_call_duration_seconds_bucket{le="0.0025",${of('succeeded')}} 2`,
        `assent_branch_call_duration_seconds_bucket{le="30",${of('unknown')}} 0`,
        `assent_branch_call_duration_seconds_bucket{le="+Inf",${of('unknown')}} 1`,
        'assent_branch_call_problems_total{participant="inventory",code="timeout"} 1',
      ]),
    );
  });

  it('never carry an id or a business code', async () => {
    const text = (
      await scrape((monitor) => {
        monitor.called(aCall, 'inventory', { kind: 'rejected', refusal: { code: 'OUT_OF_STOCK', message: 'tea is sold out' } }, 1);
        monitor.finished(aView({ status: 'aborted' }));
      })
    ).join('\n');
    expect(text).not.toMatch(/g-1|stock"|OUT_OF_STOCK|order-77|checkout/);
  });

  it('show flushes, ignored events and alarms', async () => {
    const lines = await scrape((monitor) => {
      monitor.flushed(20, 3);
      monitor.ignored('late_reply');
      monitor.alarm('poison_row', 'g-1: too long');
    });
    expect(lines).toEqual(
      expect.arrayContaining([
        'assent_flush_rows_bucket{le="16"} 0',
        'assent_flush_rows_bucket{le="32"} 1',
        'assent_flush_duration_seconds_sum 0.003',
        'assent_events_ignored_total{mark="late_reply"} 1',
        'assent_alarms_total{code="poison_row"} 1',
      ]),
    );
  });

  it('show the present state of the engine and of participants', async () => {
    let inMemory = 7;
    const { metrics } = monitorAt('info');
    metrics.registerEngineGauges(() => ({ ready: true, incarnation: '42', inMemory, callsInAir: 3, queueRows: 2, waiters: 1 }));
    metrics.registerParticipantGauges(() => new Map([['inventory', { inFlight: 8, queued: 292 }]]));
    inMemory = 9;
    expect((await metrics.registry.metrics()).split('\n')).toEqual(
      expect.arrayContaining([
        'assent_ready 1',
        'assent_transactions_in_memory 9',
        'assent_branch_calls_in_air 3',
        'assent_flush_queue_rows 2',
        'assent_waiters 1',
        'assent_participant_calls_in_flight{participant="inventory"} 8',
        'assent_participant_calls_queued{participant="inventory"} 292',
      ]),
    );
  });

  it('stay bounded whatever participants are called', async () => {
    const lines = await scrape((monitor) => {
      for (let at = 0; at < 2_500; at++) monitor.called(aCall, `host-${at}`, { kind: 'unknown', code: 'timeout', message: '' }, 1);
    });
    const counts = lines.filter((line) => line.startsWith('assent_branch_call_duration_seconds_count'));
    expect(counts.length).toBeLessThanOrEqual(2_001);
    expect(counts).toContain('assent_branch_call_duration_seconds_count{participant="other",op="other",outcome="other"} 500');
    expect(lines).toContain('assent_branch_call_problems_total{participant="other",code="other"} 500');
  });

  it('of the process are there when they are asked for', async () => {
    const lines = await scrape((_monitor, metrics) => metrics.registerProcessMetrics());
    expect(lines.some((line) => line.startsWith('process_cpu_seconds_total'))).toBe(true);
  });
});
