import { readFileSync, writeFileSync } from 'node:fs';
import type { DispatchState } from '@assent/engine';
import { EngineMetrics, EventMetrics, type GaugeSources, HousekeepingMetrics, registerGauges, registerProtection } from '../src/index.js';
import { metricSections } from '../src/metrics/catalogue.js';
import { metricsDocument } from '../src/metrics/document.js';
import { aCall, aView, monitorAt } from './views.js';

const state = { ready: true, incarnation: '42', inMemory: 9, callsInAir: 3, queueRows: 2, waiters: 1 };
const standing = {
  nowMs: 100_000,
  atRest: 12,
  oldestCreatedAtMs: 40_000,
  attention: [{ kind: 'parked', participant: 'payment', count: 2 }],
  nodes: [{ state: 'alive', count: 3 }],
};

const protectedPayment: DispatchState = {
  participant: 'payment',
  pause: { by: 'ada', reason: 'moving', atMs: 1 },
  breaker: { state: 'half_open', sinceMs: 1, failuresInRow: 4, openUntilMs: null, idleMs: 90_000, openedTotal: 7, lastProblem: null },
  handed: 1,
  held: 250,
};

function registered(of: Partial<GaugeSources> = {}): EngineMetrics {
  const metrics = new EngineMetrics();
  registerGauges(metrics.registry, {
    engine: () => state,
    participants: () => new Map([['inventory', { inFlight: 8, queued: 292 }]]),
    pool: () => ({ open: 10, idle: 4, waiting: 0 }),
    standing: async () => standing,
    ...of,
  });
  return metrics;
}

const linesOf = async (metrics: EngineMetrics) => (await metrics.registry.metrics()).split('\n');

describe('the gauges of a coordinator', () => {
  it('show the present state of engine, participants and pool', async () => {
    expect(await linesOf(registered())).toEqual(
      expect.arrayContaining([
        'assent_ready 1',
        'assent_node_state{state="ready"} 1',
        'assent_node_state{state="store_unavailable"} 0',
        'assent_transactions_in_memory 9',
        'assent_branch_calls_in_air 3',
        'assent_flush_queue_rows 2',
        'assent_waiters 1',
        'assent_participant_calls_in_flight{participant="inventory"} 8',
        'assent_participant_calls_queued{participant="inventory"} 292',
        'assent_database_pool_connections{state="idle"} 4',
      ]),
    );
  });

  it('show why a node is not ready', async () => {
    const lines = await linesOf(registered({ engine: () => ({ ...state, ready: false, reason: 'store_unavailable' }) }));
    expect(lines).toContain('assent_ready 0');
    expect(lines).toContain('assent_node_state{state="store_unavailable"} 1');
    expect(lines).toContain('assent_node_state{state="ready"} 0');
  });

  it('show what rests, what needs somebody, and how old the oldest is', async () => {
    expect(await linesOf(registered())).toEqual(
      expect.arrayContaining([
        'assent_transactions_at_rest 12',
        'assent_oldest_unfinished_age_seconds 60',
        'assent_attention{kind="parked",participant="payment"} 2',
        'assent_attention{kind="paused",participant=""} 0',
        'assent_nodes{state="alive"} 3',
        'assent_nodes{state="dead"} 0',
      ]),
    );
  });

  it('read the database once for all of a scrape', async () => {
    let reads = 0;
    const metrics = registered({
      standing: async () => {
        reads += 1;
        return standing;
      },
    });
    await linesOf(metrics);
    await linesOf(metrics);
    expect(reads).toBe(1);
  });

  it('are absent while they cannot be read, and never keep the others from being scraped', async () => {
    const away = await linesOf(registered({ standing: () => Promise.reject(new Error('away')) }));
    const hanging = await linesOf(registered({ standing: () => new Promise(() => undefined) }));
    for (const lines of [away, hanging]) {
      expect(lines).toContain('assent_ready 1');
      expect(lines.filter((line) => /^assent_(transactions_at_rest|oldest|attention|nodes)/.test(line))).toEqual([]);
    }
  });

  it('show no pool where there is none', async () => {
    const lines = await linesOf(registered({ pool: () => null }));
    expect(lines.some((line) => line.startsWith('assent_database_pool_connections{'))).toBe(false);
  });
});

describe('the protection of participants', () => {
  it('shows which state a breaker is in, how often it opened, and who waits', async () => {
    const metrics = new EngineMetrics();
    registerProtection(metrics.registry, () => [protectedPayment]);
    expect(await linesOf(metrics)).toEqual(
      expect.arrayContaining([
        'assent_breaker_state{participant="payment",state="closed"} 0',
        'assent_breaker_state{participant="payment",state="half_open"} 1',
        'assent_breaker_state{participant="payment",state="open"} 0',
        'assent_breaker_idle_seconds{participant="payment"} 90',
        'assent_breaker_opened_total{participant="payment"} 7',
        'assent_participant_paused{participant="payment"} 1',
        'assent_participant_held{participant="payment"} 250',
      ]),
    );
  });

  it('is forgotten with the node that saw it', async () => {
    let states: readonly DispatchState[] = [protectedPayment];
    const metrics = new EngineMetrics();
    registerProtection(metrics.registry, () => states);
    await linesOf(metrics);
    states = [];
    expect((await linesOf(metrics)).filter((line) => line.includes('payment'))).toEqual([]);
  });
});

describe('the page about metrics', () => {
  const page = new URL('../../../docs/metrics.md', import.meta.url);

  it('is written from the catalogue', () => {
    if (process.env.UPDATE_DOCS === '1') writeFileSync(page, metricsDocument());
    expect(readFileSync(page, 'utf8')).toBe(metricsDocument());
  });

  it('names every metric that is scraped, with its kind and its labels', async () => {
    const { monitor, metrics } = monitorAt('info');
    registerGauges(metrics.registry, {
      engine: () => state,
      participants: () => new Map([['inventory', { inFlight: 8, queued: 292 }]]),
      pool: () => ({ open: 1, idle: 1, waiting: 0 }),
      standing: async () => standing,
    });
    registerProtection(metrics.registry, () => [protectedPayment]);
    new EventMetrics(metrics.registry).published(5);
    new HousekeepingMetrics(metrics.registry).purged('deleted', 1);
    monitor.started('tcc');
    monitor.called(aCall, 'inventory', { kind: 'unknown', code: 'timeout', message: '' }, 1);
    monitor.ignored('late_reply');
    monitor.flushed(1, 1);
    monitor.tookUp('rest', 1);
    monitor.alarm('node_dead', 'by another');
    monitor.finished(aView({ mixed: true }), 1_020);
    const entries = metricSections.flatMap(([, of]) => Object.values(of));
    const scraped = await metrics.registry.getMetricsAsJSON();
    const documented = entries.map(({ name, kind, labels }) => [name, kind, [...labels].sort()]);
    const seen = scraped.map(({ name, type, values }) => [
      name,
      type,
      Object.keys(values[0]?.labels ?? {})
        .filter((of) => of !== 'le')
        .sort(),
    ]);
    const byName = (a: unknown[], b: unknown[]) => String(a[0]).localeCompare(String(b[0]));
    expect(seen.sort(byName)).toEqual(documented.sort(byName));
  });
});
