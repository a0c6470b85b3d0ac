/** What happens once the application's providers exist: contracts are found and checked, and the route is added. */
import { Logger } from '@nestjs/common';
import type { DiscoveryService, HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import type { DataSource } from 'typeorm';
import type { Barrier } from '../barrier/index.js';
import { ContractRegistry, declarationOf } from '../contract/index.js';
import { addBranchRoute, BranchEndpoint, type OnUnexpected, SignatureVerifier } from '../http/index.js';
import { BranchServer, type ParticipantNatsOptions } from '../nats/index.js';
import { type AnnounceOptions, Announcer, schemaHashOf } from '../registry/index.js';
import { DEFAULT_MAX_BODY_BYTES, DEFAULT_MAX_CONCURRENT_CALLS, type ParticipantOptions } from './options.js';

const FIRST_PURGE_MS = 60_000;
const PURGE_INTERVAL_MS = 3_600_000;
const FIRST_NATS_MS = 2_000;

export class ParticipantBootstrap {
  private readonly logger = new Logger('Participant');
  private purgeTimer: NodeJS.Timeout | undefined;
  private nats: BranchServer | null = null;
  private announcer: Announcer | null = null;
  private stopped = false;

  constructor(
    private readonly options: ParticipantOptions,
    private readonly dataSource: DataSource,
    private readonly barrier: Barrier,
    private readonly discovery: DiscoveryService,
    private readonly host: HttpAdapterHost,
  ) {}

  /** Throws with one line when a contract is not complete, a name is taken, or the table is missing. */
  async start(): Promise<void> {
    const registry = this.findContracts();
    await this.requireTable();
    const endpoint = this.endpointOver(registry);
    await this.serveHttp(endpoint);
    const { nats } = this.options;
    this.nats = nats === undefined ? null : this.natsServer(nats, registry, endpoint);
    const { announce } = this.options;
    this.announcer = announce === undefined ? null : this.announcerOf(announce, registry);
    this.purgeAfter(FIRST_PURGE_MS);
  }

  /** Once the whole application stands, calls may come over NATS. Does not wait long for a NATS that is away. */
  async open(): Promise<void> {
    if (this.nats !== null && (await this.nats.serve(FIRST_NATS_MS)) === 'waiting')
      this.logger.warn('NATS is not there yet: branches are served over it as soon as it is');
    this.announcer?.start();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.purgeTimer);
    await this.announcer?.stop();
    await this.nats?.close();
  }

  private findContracts(): ContractRegistry {
    const registry = new ContractRegistry(this.options.name);
    const seen = new Set<object>();
    for (const wrapper of this.discovery.getProviders()) {
      const type = wrapper.metatype;
      if (typeof type !== 'function' || declarationOf(type) === undefined || seen.has(type)) continue;
      if (!wrapper.isDependencyTreeStatic()) throw new Error(`${type.name} declares a branch, so it cannot be request-scoped`);
      seen.add(type);
      registry.add(type, wrapper.instance as object);
    }
    return registry;
  }

  private async requireTable(): Promise<void> {
    try {
      await this.dataSource.query('SELECT gid, branch, phase, op, outcome, result, begun_at FROM branch_barrier LIMIT 1');
    } catch (cause) {
      const message =
        'the table branch_barrier is missing: add participantMigrations of @assent/participant to the migrations of the data source';
      throw new Error(message, { cause });
    }
  }

  private async serveHttp(endpoint: BranchEndpoint): Promise<void> {
    const httpAdapter = this.host.httpAdapter as HttpAdapterHost['httpAdapter'] | null | undefined;
    // An application context (a script) or a microservice has none.
    if (httpAdapter === null || httpAdapter === undefined || this.options.http === 'off') return;
    if (httpAdapter.getType() !== 'fastify')
      throw new Error('a participant is served by Fastify: create the application with a FastifyAdapter');
    await addBranchRoute(httpAdapter.getInstance<FastifyInstance>(), endpoint, {
      maxBodyBytes: this.maxBodyBytes,
      onUnexpected: this.onUnexpected,
    });
  }

  private natsServer(nats: ParticipantNatsOptions, registry: ContractRegistry, endpoint: BranchEndpoint): BranchServer {
    const { names: contracts } = registry;
    const { maxBodyBytes, onUnexpected } = this;
    return new BranchServer({ queue: this.options.name, ...nats }, { endpoint, contracts, maxBodyBytes, onUnexpected });
  }

  private announcerOf(options: AnnounceOptions, registry: ContractRegistry): Announcer {
    const { name: participant, keys } = this.options;
    const contracts = registry.all.map(({ name, payload, handlers }) => {
      return { name, ops: [...handlers.keys()].sort(), schemaHash: schemaHashOf(payload) };
    });
    const key = typeof keys === 'string' ? keys : (keys[0] ?? '');
    return new Announcer({ participant, key, contracts, options, nats: () => this.nats?.natsConnection ?? null, log: this.logger });
  }

  private endpointOver(registry: ContractRegistry): BranchEndpoint {
    const { keys } = this.options;
    return new BranchEndpoint({
      verifier: new SignatureVerifier(typeof keys === 'string' ? [keys] : keys),
      registry,
      barrier: this.barrier,
      maxConcurrentCalls: this.options.maxConcurrentCalls ?? DEFAULT_MAX_CONCURRENT_CALLS,
      monotonicMs: () => performance.now(),
    });
  }

  private get maxBodyBytes(): number {
    return this.options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES;
  }

  private readonly onUnexpected: OnUnexpected = (error, call, fields) =>
    this.logger.error({ message: `${call} failed: ${String(error)}`, ...fields }, error instanceof Error ? error.stack : undefined);

  private purgeAfter(delayMs: number): void {
    if (this.stopped) return;
    this.purgeTimer = setTimeout(() => void this.purge(), delayMs).unref();
  }

  private async purge(): Promise<void> {
    try {
      const purged = await this.barrier.purge();
      if (purged > 0) this.logger.log(`purged the barrier rows of ${purged} ended branches`);
    } catch (error) {
      this.logger.warn(`the purge of the barrier failed and is tried again in an hour: ${String(error)}`);
    }
    this.purgeAfter(PURGE_INTERVAL_MS);
  }
}
