/**
 * Everything behind the routes: store, participants' keys, transport, engine. It comes up in the background, so that the process answers (503) while
 * the database is away, and goes on by itself when that is back.
 */
import {
  defaultEngineOptions,
  Engine,
  type EngineState,
  type Failpoints,
  type Interventions,
  noFailpoints,
  StoreUnavailableError,
  type TransactionEngine,
  type TransactionSearch,
} from '@assent/engine';
import { ProcessFailpoints } from '@assent/failpoints';
import {
  type EngineMetrics,
  type EngineMonitor,
  EventMetrics,
  registerGauges,
  registerProtection,
  type TransactionTracer,
} from '@assent/observability';
import type { Policy } from '@assent/protocol';
import {
  Duties,
  Housekeeping,
  IdempotencyKeys,
  JobTable,
  type OpenedStore,
  openTransactionStore,
  PolicyTable,
  poolLoad,
  readStanding,
} from '@assent/store';
import { type BranchTransport, EgressPolicy } from '@assent/transport';
import type { Logger } from 'pino';
import { type Administration, openBreakersOf } from '../admin/index.js';
import { Backend, type History, type Operations, type ParticipantDesk } from '../api/index.js';
import type { Configuration } from '../configuration/index.js';
import { ApiError } from '../errors/index.js';
import type { Health, Readiness } from '../health/index.js';
import type { RegistryDesk } from '../registry/index.js';
import { type Calling, openCalling } from './calling.js';
import { Messaging } from './messaging.js';
import { callableOf, RuntimeParticipantDesk } from './participant-desk.js';
import { systemClock } from './system-clock.js';
import { SystemRandom } from './system-random.js';

/** The database is tried again after the first of these, then after twice as long, up to the second; milliseconds. */
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 2_000;
/** Calls still in the air after the engine has drained belong to transactions that others will repeat. */
const INVOKER_CLOSE_MS = 1_000;

const notStarted: EngineState = {
  ready: false,
  incarnation: null,
  reason: 'starting',
  inMemory: 0,
  callsInAir: 0,
  queueRows: 0,
  waiters: 0,
};

/** What is there once the store could be opened. */
interface Running extends Calling {
  readonly opened: OpenedStore;
  readonly engine: Engine;
  /** `null`: no NATS. */
  readonly messaging: Messaging | null;
  readonly desk: ParticipantDesk;
}

export interface Observers {
  readonly logger: Logger;
  readonly metrics: EngineMetrics;
  readonly monitor: EngineMonitor;
  /** `null`: tracing is off. */
  readonly tracer: TransactionTracer | null;
}

export class Runtime extends Backend implements Health, Operations {
  readonly ownership: Backend['ownership'];
  readonly limits: Configuration['limits'];
  override readonly links: Configuration['links'];
  readonly participants: ReadonlySet<string>;
  readonly checkUrl: Backend['checkUrl'];
  /** Resolves with one line when this process must not go on: unusable configuration, or its name is taken by another. */
  readonly failed: Promise<string>;
  private fail!: (line: string) => void;
  private readonly egress: EgressPolicy;
  private readonly failpoints: Failpoints;
  private readonly eventMetrics: EventMetrics;
  private running: Running | null = null;
  private booting: Promise<void> = Promise.resolve();
  private storeIsAway = false;
  private stopping = false;
  private wake: () => void = () => undefined;

  constructor(
    private readonly configuration: Configuration,
    private readonly observers: Observers,
    private readonly administration: Administration,
  ) {
    super();
    this.ownership = administration.ownership;
    this.limits = configuration.limits;
    this.links = configuration.links;
    this.participants = new Set(configuration.participants.map(({ name }) => name));
    this.egress = new EgressPolicy({
      allowLoopback: configuration.mode === 'development',
      allowedOrigins: configuration.allowedOrigins.map(({ baseUrl }) => baseUrl),
      denied: (host, detail) => observers.logger.warn({ code: 'egress_denied', host, detail }, 'A call was refused by the egress policy'),
    });
    this.failpoints = configuration.failpoints.length === 0 ? noFailpoints : new ProcessFailpoints(configuration.failpoints);
    this.checkUrl = (url) => this.egress.checkUrl(url);
    this.failed = new Promise((resolve) => {
      this.fail = resolve;
    });
    this.eventMetrics = new EventMetrics(observers.metrics.registry);
    registerGauges(observers.metrics.registry, {
      engine: () => this.state(),
      participants: () => this.running?.invoker.loads() ?? new Map(),
      pool: () => (this.running === null ? null : poolLoad(this.running.opened.dataSource)),
      standing: async () => readStanding(this.openedStore().dataSource),
    });
    administration.watchBreakers(() => openBreakersOf(this.running?.engine.participantStates() ?? []));
    registerProtection(observers.metrics.registry, () => this.running?.engine.participantStates() ?? []);
  }

  /** Comes up in the background; see `readiness` and `failed`. */
  start(): void {
    this.booting = this.boot().catch((error: unknown) => this.fail(error instanceof Error ? error.message : String(error)));
  }

  engine(): TransactionEngine {
    return this.parts().engine;
  }

  search(): TransactionSearch {
    return this.parts().opened.search;
  }

  registryDesk(): RegistryDesk {
    return this.parts().registry;
  }

  history(): History {
    return this.parts().opened.store;
  }

  interventions(): Interventions {
    return this.parts().engine;
  }

  idempotencyKeys(): IdempotencyKeys {
    return new IdempotencyKeys(this.parts().opened.dataSource);
  }

  policyTable(): PolicyTable {
    return new PolicyTable(this.parts().opened.dataSource);
  }

  jobs(): JobTable {
    return new JobTable(this.parts().opened.dataSource);
  }

  housekeeping(): Housekeeping {
    return new Housekeeping(this.parts().opened.dataSource, this.configuration.retention);
  }

  duties(): Duties {
    return new Duties(this.parts().opened.dataSource);
  }

  participantDesk(): ParticipantDesk {
    return this.parts().desk;
  }

  async policy(name: string, version: number | null): Promise<Policy | null> {
    const latest = await this.engine().latestPolicy(name);
    if (latest === null || version === null || latest.version === version) return latest;
    const all = (await this.running?.opened.store.readPolicies()) ?? [];
    return all.find((policy) => policy.name === name && policy.version === version) ?? null;
  }

  readiness(): Readiness {
    const { ready, reason, incarnation: _incarnation, ...loads } = this.state();
    const node = this.configuration.nodeName;
    return ready ? { status: 'ready', node, ...loads } : { status: 'not_ready', reason: reason ?? 'starting', node, ...loads };
  }

  /** Drains the engine and closes everything; bounded by the drain time of the configuration and a little more. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wake();
    if (this.running !== null) await close(this.running, this.administration, this.configuration.drainMs);
    await this.booting;
  }

  private parts(): Running {
    if (this.running !== null) return this.running;
    if (this.storeIsAway) throw new ApiError('store_unavailable', 'The database cannot be reached.');
    throw new ApiError('not_ready', 'The coordinator is still starting.');
  }

  private state(): EngineState {
    if (this.stopping) return { ...(this.running?.engine.state() ?? notStarted), ready: false, reason: 'draining' };
    if (this.running !== null) return this.running.engine.state();
    return this.storeIsAway ? { ...notStarted, reason: 'store_unavailable' } : notStarted;
  }

  private openedStore(): OpenedStore {
    if (this.running === null) throw new StoreUnavailableError('the database has not been opened yet');
    return this.running.opened;
  }

  private async boot(): Promise<void> {
    const running = await this.prepared();
    if (running === null) return;
    if (this.stopping) return close(running, this.administration, 0);
    this.running = running;
    void running.engine.gaveUp.then(this.fail);
    running.messaging?.start();
    await running.engine.start();
  }

  /** Tries until the database is there, or the process is stopped. Throws when it never can be used as things are. */
  private async prepared(): Promise<Running | null> {
    for (let retryMs = FIRST_RETRY_MS; !this.stopping; retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2)) {
      try {
        return await this.prepare();
      } catch (error) {
        if (!(error instanceof StoreUnavailableError)) throw error;
        if (!this.storeIsAway) this.observers.monitor.alarm('store_unavailable', error.message);
        this.storeIsAway = true;
      }
      await this.pause(retryMs);
    }
    return null;
  }

  private async prepare(): Promise<Running> {
    const { databaseUrl: url, leaseMs, sqliteDriver } = this.configuration;
    const { failpoints } = this;
    const opened = await openTransactionStore({ url, leaseMs, failpoints, ...(sqliteDriver === undefined ? {} : { sqliteDriver }) });
    try {
      const { invoker, registry } = await this.callingOver(opened);
      await this.administration.open(opened);
      for (const advice of opened.advice) this.observers.logger.warn({ code: 'database_advice' }, advice);
      const messaging = this.messagingOver(opened);
      const engine = this.engineOver(opened, invoker, messaging);
      return { opened, invoker, registry, engine, messaging, desk: this.deskOver(opened, invoker, engine) };
    } catch (error) {
      await opened.store.close();
      throw error;
    }
  }

  private callingOver(opened: OpenedStore): Promise<Calling> {
    const { tracer, logger } = this.observers;
    const { egress } = this;
    return openCalling(this.configuration, opened, {
      egress,
      logger,
      ...(tracer === null ? {} : { traceparentOf: (call) => tracer.traceparentOf(call) }),
    });
  }

  private messagingOver({ outbox }: OpenedStore): Messaging | null {
    const { nats: address, nodeName, events } = this.configuration;
    const { monitor } = this.observers;
    const incarnation = () => this.running?.engine.state().incarnation ?? null;
    return address === null ? null : new Messaging({ address, nodeName, events, outbox, metrics: this.eventMetrics, monitor, incarnation });
  }

  private engineOver({ store, participants }: OpenedStore, invoker: BranchTransport, messaging: Messaging | null): Engine {
    const { nodeName, leaseMs, limits, breaker, breakers } = this.configuration;
    const { failpoints } = this;
    const { monitor } = this.observers;
    return new Engine(
      { store, participants, invoker, clock: systemClock, random: new SystemRandom(), monitor, failpoints, ...messaging?.ports },
      {
        ...defaultEngineOptions,
        ...{ nodeName, leaseMs, breaker, breakers, retentionMs: this.configuration.retention.retentionMs },
        ...{ maxInMemory: limits.inMemory, maxWaiters: limits.waiters },
      },
    );
  }

  private deskOver({ participants: store }: OpenedStore, invoker: BranchTransport, engine: Engine): ParticipantDesk {
    const { nodeName: node, participants, allowedOrigins } = this.configuration;
    return new RuntimeParticipantDesk({
      node,
      callable: callableOf(participants, allowedOrigins),
      engine,
      store,
      loads: () => invoker.loads(),
      monotonicMs: () => systemClock.monotonicMs(),
    });
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

async function close(
  { engine, messaging, registry, invoker, opened }: Running,
  administration: Administration,
  drainMs: number,
): Promise<void> {
  await engine.drain(drainMs);
  await messaging?.stop();
  await registry.stop();
  await invoker.close(INVOKER_CLOSE_MS);
  await administration.close();
  await opened.store.close();
}
