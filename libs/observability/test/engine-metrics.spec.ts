import type { EngineMetrics, EngineMonitor } from '../src/index.js';
import { aCall, aView, monitorAt } from './views.js';

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
      monitor.finished(aView(), 1_020);
      monitor.finished(aView({ status: 'aborted', mixed: true }), 1_020);
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

  it('begin at 0 where somebody alerts on the first one', async () => {
    const lines = await scrape(() => undefined);
    expect(lines).toContain('assent_alarms_total{code="lost_commits"} 0');
    expect(lines).toContain('assent_transactions_mixed_total{pattern="tcc"} 0');
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
        monitor.finished(aView({ status: 'aborted' }), 1_020);
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

  it('stay bounded whatever participants are called', async () => {
    const lines = await scrape((monitor) => {
      for (let at = 0; at < 2_500; at++) monitor.called(aCall, `host-${at}`, { kind: 'unknown', code: 'timeout', message: '' }, 1);
    });
    const counts = lines.filter((line) => line.startsWith('assent_branch_call_duration_seconds_count'));
    expect(counts.length).toBeLessThanOrEqual(2_001);
    expect(counts).toContain('assent_branch_call_duration_seconds_count{participant="other",op="other",outcome="other"} 500');
    expect(lines).toContain('assent_branch_call_problems_total{participant="other",code="other"} 500');
  });

  it('tell how long the way to the decision took, and how long the rest', async () => {
    const lines = await scrape((monitor) => {
      monitor.finished(aView(), 1_020);
      monitor.finished(aView(), null);
    });
    expect(lines).toEqual(
      expect.arrayContaining([
        'assent_transaction_phase_duration_seconds_sum{pattern="tcc",phase="forward",outcome="committed"} 0.02',
        'assent_transaction_phase_duration_seconds_sum{pattern="tcc",phase="end",outcome="committed"} 0.021',
        'assent_transaction_phase_duration_seconds_count{pattern="tcc",phase="end",outcome="committed"} 1',
        'assent_transaction_duration_seconds_count{pattern="tcc",outcome="committed"} 2',
      ]),
    );
  });

  it('count repeated calls, and what was taken up from where', async () => {
    const lines = await scrape((monitor) => {
      monitor.called({ ...aCall, attempt: 1 }, 'inventory', { kind: 'succeeded' }, 1);
      monitor.called({ ...aCall, attempt: 2 }, 'inventory', { kind: 'succeeded' }, 1);
      monitor.tookUp('dead_node', 30);
      monitor.tookUp('dead_node', 12);
    });
    expect(lines).toContain('assent_branch_call_repeats_total{participant="inventory",op="try"} 1');
    expect(lines).toContain('assent_transactions_taken_up_total{from="dead_node"} 42');
  });

  it('are as many series after 10,000 transactions as after one of each kind', async () => {
    const { monitor, metrics } = monitorAt('info');
    const live = (gid: string, at: number) => {
      monitor.started('tcc');
      monitor.called({ ...aCall, gid, branch: `branch-${at}`, attempt: 1 + (at % 2) }, 'inventory', { kind: 'succeeded' }, 1);
      monitor.called({ ...aCall, gid, attempt: 2 }, 'inventory', { kind: 'unknown', code: 'timeout', message: gid }, 1);
      monitor.alarm('branch_parked', `${gid}: stock`, { gid, branch: 'stock' });
      monitor.finished(aView({ gid, key: `order-${at}`, name: `name-${at}`, status: at % 2 === 0 ? 'committed' : 'aborted' }), 1_020);
    };
    const seriesNow = async () =>
      (await metrics.registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
    for (let at = 0; at < 4; at++) live(`gid-${at}`, at);
    const before = await seriesNow();
    for (let at = 4; at < 10_000; at++) live(`gid-${at}`, at);
    expect(await seriesNow()).toBe(before);
  });

  it('of the process are there when they are asked for', async () => {
    const lines = await scrape((_monitor, metrics) => metrics.registerProcessMetrics());
    expect(lines.some((line) => line.startsWith('process_cpu_seconds_total'))).toBe(true);
  });
});
