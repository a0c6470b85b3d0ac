/** The routes over a scripted engine, without a database, for tests of the API alone. */
import type { TransactionEngine } from '@assent/engine';
import { type Policy, shippedPolicies } from '@assent/protocol';
import { MemoryDatabase, MemoryTransactionSearch, MemoryTransactionStore } from '@assent/store';
import { DocumentReader, EgressPolicy, WebhookSender } from '@assent/transport';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Ownership } from '../access/index.js';
import { Administration } from '../admin/index.js';
import { Backend, Operations, type ParticipantDesk } from '../api/index.js';
import { createApplication } from '../application.js';
import { type AccessConfiguration, type Limits, readConfiguration } from '../configuration/index.js';
import { ApiError } from '../errors/index.js';
import { Health, Metrics } from '../health/index.js';
import type { RegistryDesk } from '../registry/index.js';

export interface Logged {
  readonly fields: object;
  readonly message: string;
}

export interface ApiHarness {
  readonly app: NestFastifyApplication;
  readonly administration: Administration;
  /** What was logged as unexpected. */
  readonly logged: Logged[];
  /** Replaces the engine. */
  use(engine: TransactionEngine): void;
}

class HarnessBackend extends Backend {
  readonly participants = new Set(['inventory', 'payment', 'shipping']);
  ownership = new Ownership(() => null, { refused: () => undefined });
  current: TransactionEngine | null = null;

  constructor(readonly limits: Limits) {
    super();
  }

  readonly checkUrl = (url: string) =>
    url.startsWith('https://mail.internal/')
      ? null
      : { code: 'egress_denied', detail: `The origin of ${url} is not in the list of allowed origins.` };

  engine(): TransactionEngine {
    if (this.current === null) throw new Error('The test gave no engine');
    return this.current;
  }

  async policy(name: string, version: number | null): Promise<Policy | null> {
    return shippedPolicies.find((policy) => policy.name === name && (version === null || policy.version === version)) ?? null;
  }
}

/** A store without a transaction in it. */
class HarnessOperations extends Operations {
  private readonly database = new MemoryDatabase(() => Date.now());

  search() {
    return new MemoryTransactionSearch(this.database);
  }

  history() {
    return new MemoryTransactionStore(this.database);
  }

  interventions(): never {
    throw new Error('Nobody expected interventions');
  }

  idempotencyKeys(): never {
    throw new Error('Nobody expected keys');
  }

  housekeeping(): never {
    throw new Error('Nobody expected housekeeping');
  }

  jobs(): never {
    throw new Error('Nobody expected jobs');
  }

  duties(): never {
    throw new Error('Nobody expected duties');
  }

  policyTable(): never {
    throw new Error('Nobody expected policies');
  }

  /** Nobody has announced anything. */
  registryDesk(): RegistryDesk {
    return {
      announce: () => Promise.reject(new ApiError('announcement_not_signed', 'Nobody is known here.')),
      read: async () => ({ contracts: [], instances: [], unserved: [], missing: [] }),
    };
  }

  /** Participants of whom nothing is known but their names. */
  participantDesk(): ParticipantDesk {
    const sheets = ['inventory', 'payment', 'shipping'].map((name) => ({
      ...{ name, baseUrl: `http://${name}`, concurrency: 64, control: null, state: null, inFlight: 0, queued: 0, waiting: [] },
    }));
    return {
      read: async () => ({ asOfMs: Date.now(), node: 'test', sheets }),
      order: () => Promise.reject(new Error('Nobody expected an order')),
    };
  }
}

class HarnessHealth extends Health {
  readiness() {
    return { status: 'ready', node: 'test' } as const;
  }
}

class HarnessMetrics extends Metrics {
  readonly contentType = 'text/plain; version=0.0.4';

  async metrics() {
    return '# nothing';
  }
}

const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };

function senderToNowhere(): WebhookSender {
  const egress = new EgressPolicy({ allowLoopback: false, allowedOrigins: [] });
  return new WebhookSender({ egress, timeoutMs: 1_000, monotonicMs: clock.monotonicMs, wallClockMs: clock.nowMs });
}

/** Issuers of tests are on this machine. */
function documentsFor(access: AccessConfiguration | null): DocumentReader {
  const keys = access?.tokens?.keys;
  const allowedOrigins = keys !== undefined && 'jwksUrl' in keys ? [new URL(keys.jwksUrl).origin] : [];
  return new DocumentReader(new EgressPolicy({ allowLoopback: true, allowedOrigins }));
}

const quiet = { info: () => undefined, warn: () => undefined };

/** Starts the application (it does not listen: use `app.inject`). `access`: `null` leaves access control off. */
export async function startApi(limits: Partial<Limits> = {}, access: AccessConfiguration | null = null): Promise<ApiHarness> {
  const logged: Logged[] = [];
  const backend = new HarnessBackend({ ...readConfiguration({}).limits, ...limits });
  const log = { error: (fields: object, message: string) => void logged.push({ fields, message }) };
  const operations = new HarnessOperations();
  const administration = new Administration({
    ...{ access, log: quiet, clock, sender: senderToNowhere(), node: 'test' },
    documents: documentsFor(access),
  });
  backend.ownership = administration.ownership;
  const parts = {
    backend,
    operations,
    purged: { purged: () => undefined },
    health: new HarnessHealth(),
    metrics: new HarnessMetrics(),
    log,
    allowedHosts: ['assent.internal'],
    administration,
  };
  const app = await createApplication(parts, false);
  return {
    app,
    administration,
    logged,
    use(engine) {
      backend.current = engine;
    },
  };
}
