/** Gauges that are read when a registry is scraped: the engine, the participants' loads, the pool, and what stands in the database. */
import type { EngineState } from '@assent/engine';
import { Gauge, type Registry } from 'prom-client';
import { callMetrics, type MetricEntry, nodeMetrics, standingMetrics, storeMetrics } from './catalogue.js';
import { RecentReading } from './recent-reading.js';

/** Calls in the air and calls that wait for a place, by participant. */
export type ParticipantLoads = ReadonlyMap<string, { readonly inFlight: number; readonly queued: number }>;

/** Connections for reads; see libs/store. */
export interface PoolLoad {
  readonly open: number;
  readonly idle: number;
  readonly waiting: number;
}

/** What is seen in the database; see libs/store. Times are database time in milliseconds. */
export interface Standing {
  readonly nowMs: number;
  readonly atRest: number;
  readonly oldestCreatedAtMs: number | null;
  readonly attention: readonly { readonly kind: string; readonly participant: string; readonly count: number }[];
  readonly nodes: readonly { readonly state: string; readonly count: number }[];
}

/** Where the values come from. */
export interface GaugeSources {
  readonly engine: () => EngineState;
  readonly participants: () => ParticipantLoads;
  /** `null` where there is no pool. */
  readonly pool: () => PoolLoad | null;
  /** Rejects while the database is away; then the gauges show nothing. */
  readonly standing: () => Promise<Standing>;
}

/** All states a node can be in, so that each is 0 or 1. */
const NODE_STATES = ['ready', 'starting', 'store_unavailable', 'draining', 'stopped', 'replaced'];
const KINDS = ['retrying', 'waiting', 'parked', 'paused', 'mixed'];

type Write = (labels: Readonly<Record<string, string>>, value: number) => void;

/** Registers every gauge of a coordinator. */
export function registerGauges(registry: Registry, sources: GaugeSources): void {
  registerEngine(registry, sources.engine);
  registerParticipants(registry, sources.participants);
  gauge(registry, storeMetrics.pool, (write) => {
    for (const [state, count] of Object.entries(sources.pool() ?? {})) write({ state }, count as number);
  });
  registerStanding(registry, sources.standing);
}

function registerEngine(registry: Registry, stateNow: () => EngineState): void {
  const number = (of: MetricEntry, read: (state: EngineState) => number) => gauge(registry, of, (write) => write({}, read(stateNow())));
  number(nodeMetrics.ready, ({ ready }) => (ready ? 1 : 0));
  number(nodeMetrics.inMemory, ({ inMemory }) => inMemory);
  number(nodeMetrics.waiters, ({ waiters }) => waiters);
  number(storeMetrics.queueRows, ({ queueRows }) => queueRows);
  number(callMetrics.inAir, ({ callsInAir }) => callsInAir);
  gauge(registry, nodeMetrics.state, (write) => {
    const { ready, reason = 'starting' } = stateNow();
    const present = ready ? 'ready' : reason;
    for (const state of NODE_STATES) write({ state }, state === present ? 1 : 0);
  });
}

function registerParticipants(registry: Registry, loadsNow: () => ParticipantLoads): void {
  const load = (of: MetricEntry, key: 'inFlight' | 'queued') =>
    gauge(registry, of, (write) => {
      for (const [participant, loads] of loadsNow()) write({ participant }, loads[key]);
    });
  load(callMetrics.inFlight, 'inFlight');
  load(callMetrics.queued, 'queued');
}

function registerStanding(registry: Registry, read: () => Promise<Standing>): void {
  const recent = new RecentReading(read, () => performance.now());
  const from = (of: MetricEntry, show: (standing: Standing, write: Write) => void) =>
    gauge(registry, of, async (write) => {
      const standing = await recent.value();
      if (standing !== null) show(standing, write);
    });
  from(standingMetrics.atRest, ({ atRest }, write) => write({}, atRest));
  from(standingMetrics.oldest, ({ oldestCreatedAtMs, nowMs }, write) =>
    write({}, oldestCreatedAtMs === null ? 0 : Math.max(0, nowMs - oldestCreatedAtMs) / 1_000),
  );
  from(standingMetrics.attention, ({ attention }, write) => {
    // Something to alert on even before the first one: a series that appears with a value has no beginning to compare with.
    for (const kind of KINDS) if (!attention.some((row) => row.kind === kind)) write({ kind, participant: '' }, 0);
    for (const { kind, participant, count } of attention) write({ kind, participant }, count);
  });
  from(standingMetrics.nodes, ({ nodes }, write) => {
    for (const state of ['alive', 'dead', 'stopped']) write({ state }, nodes.find((row) => row.state === state)?.count ?? 0);
  });
}

function gauge(registry: Registry, { name, help, labels }: MetricEntry, show: (write: Write) => void | Promise<void>): void {
  new Gauge({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
    async collect() {
      this.reset();
      // prom-client shows 0 for a gauge without labels that nothing was written to; one that is not known must be absent.
      if (labels.length === 0) this.remove();
      await show((labelValues, value) => this.set(labelValues, value));
    },
  });
}
