/** Builds the Nest application: routes, documentation, HTTP server. It does not listen yet. */
import type { LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import { type GuardedRoute, openTo, rulesOf } from './access/index.js';
import { routes } from './api/index.js';
import { type CoordinatorParts, coordinatorModule } from './coordinator.module.js';
import { openApiDocument } from './docs/index.js';
import { createHttpAdapter } from './http/index.js';

/** The application, ready to listen. `logger: false` keeps Nest itself quiet. */
export async function createApplication(parts: CoordinatorParts, logger: LoggerService | false): Promise<NestFastifyApplication> {
  const { allowedHosts } = parts;
  const { guarding } = parts.administration;
  const limits = { bodyBytes: parts.backend.limits.bodyBytes, allowedHosts, rules: rulesOf(guardedRoutes(parts)), guarding };
  const adapter = createHttpAdapter(limits, parts.log);
  const app = await NestFactory.create<NestFastifyApplication>(coordinatorModule(parts), adapter, {
    bodyParser: false,
    logger,
    abortOnError: false,
  });
  SwaggerModule.setup('docs', app, openApiDocument(), {
    jsonDocumentUrl: 'docs-json',
    yamlDocumentUrl: 'docs-yaml',
    customSiteTitle: 'Assent coordinator',
  });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return app;
}

/** The routes with their access; the metrics are public where the configuration says so, because scrapers often carry no key. */
function guardedRoutes({ administration }: CoordinatorParts): readonly GuardedRoute[] {
  const { hasPublicMetrics } = administration;
  return routes.map((route) => (hasPublicMetrics && route.name === 'metrics' ? { ...route, access: openTo.public } : route));
}
