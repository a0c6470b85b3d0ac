/** One coordinator: the application, what stands behind it, and its way up and down. `main.ts` runs it as a process, tests run it inside theirs. */
import {
  createLogger,
  EngineMetrics,
  EngineMonitor,
  HousekeepingMetrics,
  NestLogger,
  openTracing,
  type TransactionTracer,
} from '@assent/observability';
import { DocumentReader, EgressPolicy, traceIdOf, WebhookSender } from '@assent/transport';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { Administration, type AdministrationParts } from './admin/index.js';
import { Housekeeper, JobRunner } from './api/index.js';
import { createApplication } from './application.js';
import type { Configuration } from './configuration/index.js';
import { Runtime } from './runtime/index.js';

export class Coordinator {
  private constructor(
    private readonly app: NestFastifyApplication,
    private readonly runtime: Runtime,
    private readonly tracer: TransactionTracer | null,
    readonly logger: Logger,
    /** Where it listens. */
    readonly url: string,
  ) {}

  /** Listens at once and comes up in the background. Throws when the port is taken. */
  static async start(configuration: Configuration): Promise<Coordinator> {
    const logger = createLogger({ level: configuration.logLevel, name: configuration.nodeName });
    const metrics = new EngineMetrics();
    metrics.registerProcessMetrics();
    const tracer = await tracerOf(configuration, logger);
    const monitor = new EngineMonitor({ metrics, logger, traceIdOf, tracer });
    const administration = new Administration(administrationParts(configuration, logger));
    const runtime = new Runtime(configuration, { logger, metrics, monitor, tracer }, administration);
    const { allowedHosts } = configuration.http;
    const parts = {
      backend: runtime,
      operations: runtime,
      purged: new HousekeepingMetrics(metrics.registry),
      health: runtime,
      metrics: metrics.registry,
      log: logger,
      allowedHosts,
      administration,
    };
    const app = await createApplication(parts, logger.isLevelEnabled('debug') ? new NestLogger(logger) : false);
    await app.listen({ host: configuration.http.host, port: configuration.http.port });
    runtime.start();
    app.get(JobRunner).start();
    app.get(Housekeeper).start();
    return new Coordinator(app, runtime, tracer, logger, await app.getUrl());
  }

  /** Resolves with one line when this coordinator must not go on. */
  get failed(): Promise<string> {
    return this.runtime.failed;
  }

  /** Refuses new work, lets what is in the air end, leaves the rest to other nodes or the next start, and closes. */
  async stop(): Promise<void> {
    await Promise.all([this.app.get(JobRunner).stop(), this.app.get(Housekeeper).stop()]);
    await this.runtime.stop();
    await this.app.close();
    await this.tracer?.close();
  }
}

/** What traces are called by where nobody names them. */
const SERVICE_NAME = 'assent-coordinator';

async function tracerOf({ tracing, nodeName: instance }: Configuration, logger: Logger): Promise<TransactionTracer | null> {
  if (tracing === null) return null;
  const report = (problem: string) => logger.warn({ code: 'tracing' }, problem);
  return openTracing(tracing, { serviceName: SERVICE_NAME, instance, traceIdOf, report });
}

/** A webhook is given up after this long, in milliseconds. */
const WEBHOOK_TIMEOUT_MS = 10_000;

function administrationParts({ access, nodeName, mode, webhookOrigins }: Configuration, log: Logger): AdministrationParts {
  const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
  const policyFor = (what: string, allowedOrigins: readonly string[]) => {
    const denied = (host: string, detail: string) =>
      log.warn({ code: 'egress_denied', host, detail }, `${what} was refused by the egress policy`);
    return new EgressPolicy({ allowLoopback: mode === 'development', allowedOrigins, denied });
  };
  const egress = policyFor('A webhook', webhookOrigins);
  const sender = new WebhookSender({ egress, timeoutMs: WEBHOOK_TIMEOUT_MS, monotonicMs: clock.monotonicMs, wallClockMs: clock.nowMs });
  const issuer = access?.tokens?.keys;
  const issuerOrigins = issuer !== undefined && 'jwksUrl' in issuer ? [new URL(issuer.jwksUrl).origin] : [];
  const documents = new DocumentReader(policyFor("A look at the issuer's keys", issuerOrigins));
  return { access, log, clock, sender, documents, node: nodeName };
}
