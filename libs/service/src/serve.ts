/** Boots a service: an ordinary Nest application on Fastify that answers problems as RFC 9457 and ends in good order. */
import type { DynamicModule, LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { closeIdleConnectionsAtTheEnd } from './closing.js';
import { type Faults, injectFaults, isBranchCall } from './fault-injection.js';
import { answerProblem, Problem, ProblemFilter } from './problem.js';

export interface ServeOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly faults: Faults | null;
  /** Where it logs once it serves. */
  readonly logger: LoggerService;
}

/** The largest request a shop needs is an order of fifty lines. */
const bodyLimitBytes = 256 * 1024;

/**
 * Creates and prepares the application without listening, for those who want to add to it. It logs nothing until `serve` says so: what goes
 * wrong on the way up is thrown, and said once.
 */
export async function createService(module: DynamicModule, faults: Faults | null): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: bodyLimitBytes,
    forceCloseConnections: 'idle',
    // A path that cannot be read belongs to no route, so no route's handler is asked.
    frameworkErrors: (_error: Error, _request: FastifyRequest, reply: FastifyReply) =>
      answerProblem(new Problem(400, 'bad_path', 'The path cannot be read, or one of its parts is too long.'), reply),
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, { logger: false, abortOnError: false });
  const server = app.getHttpAdapter().getInstance();
  // What Fastify finds wrong with a request never reaches Nest's filters. Branch calls are answered by the participant library alone.
  server.addHook('onRoute', (route) => {
    if (!isBranchCall(route.url)) route.errorHandler = (error, _request, reply) => answerProblem(error, reply);
  });
  if (faults !== null) injectFaults(server, faults);
  closeIdleConnectionsAtTheEnd(server);
  app.useGlobalFilters(new ProblemFilter());
  app.enableShutdownHooks([], { useProcessExit: true });
  return app;
}

/** Serves `module`; SIGTERM and SIGINT end it once the requests in the air are answered. Returns the URL it listens on. */
export async function serve(
  module: DynamicModule,
  options: ServeOptions,
): Promise<{ readonly app: NestFastifyApplication; readonly url: string }> {
  const app = await createService(module, options.faults);
  await app.listen(options.port, options.host);
  app.useLogger(options.logger);
  return { app, url: await app.getUrl() };
}

/** Runs a service's `main`: whatever keeps it from starting is said in one line, without a stack, and the process ends with 1. */
export async function boot(name: string, main: () => Promise<{ readonly url: string }>): Promise<void> {
  try {
    const { url } = await main();
    console.log(JSON.stringify({ level: 'info', time: new Date().toISOString(), name, url, msg: 'listening' }));
  } catch (error) {
    console.error(`${name} cannot start: ${explain(error)}`);
    process.exit(1);
  }
}

function explain(error: unknown): string {
  const { code, port } = (error ?? {}) as { code?: unknown; port?: unknown };
  if (code === 'EADDRINUSE') return `port ${String(port)} is in use by another program; stop it or choose another port`;
  if (code === 'ECONNREFUSED') return 'its database cannot be reached; start it or correct the database URL';
  return error instanceof Error ? error.message : String(error);
}
