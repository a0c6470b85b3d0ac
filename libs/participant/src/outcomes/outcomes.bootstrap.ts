/** What happens once the application's providers exist: handlers are found and checked, and their events are taken. */
import { NatsClient } from '@assent/nats';
import { Logger } from '@nestjs/common';
import type { DiscoveryService } from '@nestjs/core';
import type { DataSource } from 'typeorm';
import { handlerOf, type OutcomeHandler } from './handler.js';
import type { Inbox } from './inbox/index.js';
import type { DeliveryMetrics } from './metrics/index.js';
import { outcomesOf } from './on-outcome.js';
import { DEFAULT_INBOX_RETENTION_MS, type OutcomesOptions } from './options.js';
import type { OutcomeProcessor } from './processor.js';
import { OutcomeSubscription } from './stream/index.js';

/** Age of the oldest event that a consumer has not acknowledged, in milliseconds; 0 when there is none. */
export interface ConsumerLag {
  readonly consumer: string;
  readonly lagMs: number;
}

const FIRST_PURGE_MS = 60_000;
const PURGE_INTERVAL_MS = 3_600_000;

export class OutcomesBootstrap {
  private readonly logger = new Logger('Outcomes');
  private found: readonly OutcomeHandler[] = [];
  private nats: NatsClient | null = null;
  private subscriptions: readonly OutcomeSubscription[] = [];
  private purgeTimer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(
    private readonly options: OutcomesOptions,
    private readonly dataSource: DataSource,
    private readonly processor: OutcomeProcessor,
    private readonly inbox: Inbox,
    private readonly discovery: DiscoveryService,
    private readonly deliveries: Pick<DeliveryMetrics, 'begin'>,
  ) {}

  get handlers(): readonly OutcomeHandler[] {
    return this.found;
  }

  /** How far behind each consumer is, in milliseconds; none while NATS is away. Rejects when NATS cannot say. */
  async lags(): Promise<readonly ConsumerLag[]> {
    if (this.nats?.connected !== true) return [];
    const nowMs = (this.options.now ?? Date.now)();
    const lags = this.subscriptions.map((subscription) => subscription.lagMs(nowMs));
    return (await Promise.all(lags)).map((lagMs, at) => ({ consumer: this.found[at]?.consumer ?? '', lagMs }));
  }

  /** Throws with one line when a handler cannot be used, two have one name, or the tables are missing. NATS may be away. */
  async start(): Promise<void> {
    this.found = this.findHandlers();
    for (const { consumer } of this.found) this.deliveries.begin(consumer);
    await this.requireTables();
    const { nats: address, name } = this.options;
    if (address !== null && this.found.length > 0) this.subscribe(NatsClient.open({ address, name: `${name} outcomes` }));
    this.purgeAfter(FIRST_PURGE_MS);
  }

  /** Lets what is being worked on end. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.purgeTimer);
    const stopping = Promise.all(this.subscriptions.map((subscription) => subscription.stop()));
    // A subscription that waits for the first connection ends with the client; others acknowledge over it first.
    if (this.nats?.connected !== true) await this.nats?.close();
    await stopping;
    await this.nats?.close();
  }

  private findHandlers(): readonly OutcomeHandler[] {
    const service = { name: this.options.name, retry: this.options.retry ?? {} };
    const byName = new Map<string, OutcomeHandler>();
    const seen = new Set<object>();
    for (const wrapper of this.discovery.getProviders()) {
      const type = wrapper.metatype;
      if (typeof type !== 'function' || seen.has(type)) continue;
      seen.add(type);
      for (const declaration of outcomesOf(type)) {
        if (!wrapper.isDependencyTreeStatic()) throw new Error(`${type.name} consumes events, so it cannot be request-scoped`);
        const handler = handlerOf(service, declaration, wrapper.instance as object);
        if (byName.has(handler.consumer)) throw new Error(`two methods consume as "${handler.consumer}": name one by consumer: '...'`);
        byName.set(handler.consumer, handler);
      }
    }
    return [...byName.values()];
  }

  private async requireTables(): Promise<void> {
    try {
      for (const table of ['outcome_inbox', 'outcome_newest', 'dead_letter']) await this.dataSource.query(`SELECT 1 FROM ${table} LIMIT 1`);
    } catch (cause) {
      throw new Error(
        'the tables of consumers are missing: add outcomeMigrations of @assent/participant to the migrations of the data source',
        { cause },
      );
    }
  }

  private subscribe(nats: NatsClient): void {
    this.nats = nats;
    this.subscriptions = this.found.map((handler) => {
      const process = (delivery: Parameters<OutcomeProcessor['process']>[1]) => this.processor.process(handler, delivery);
      const onTrouble = (detail: string) => this.logger.warn(`${handler.consumer}: ${detail}`);
      const subscription = new OutcomeSubscription({ nats, handler, process, onTrouble });
      subscription.start();
      return subscription;
    });
  }

  private purgeAfter(delayMs: number): void {
    if (this.isStopped) return;
    this.purgeTimer = setTimeout(() => void this.purge(), delayMs).unref();
  }

  private async purge(): Promise<void> {
    const { now = Date.now, retentionMs = DEFAULT_INBOX_RETENTION_MS } = this.options;
    try {
      const purged = await this.inbox.purge(now() - retentionMs);
      if (purged > 0) this.logger.log(`forgot ${purged} events that were handled long ago`);
    } catch (error) {
      this.logger.warn(`the purge of the inbox failed and is tried again in an hour: ${String(error)}`);
    }
    this.purgeAfter(PURGE_INTERVAL_MS);
  }
}
