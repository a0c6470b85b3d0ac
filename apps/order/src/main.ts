/** Starts the order service. */
import { createLogger, NestLogger } from '@assent/observability';
import { boot, serve } from '@assent/service';
import { readOrderConfiguration } from './configuration.js';
import { orderWith } from './order.module.js';

void boot('order', async () => {
  const env = readOrderConfiguration(process.env);
  const module = orderWith({
    databaseUrl: env.ORDER_DATABASE_URL,
    coordinatorKey: env.ORDER_COORDINATOR_KEY,
    coordinatorUrl: env.ORDER_COORDINATOR_URL,
    waitMs: env.ORDER_WAIT_MS,
    reconcileMs: env.ORDER_RECONCILE_MS,
    nats: env.ASSENT_NATS_URL,
    operatorKey: env.ORDER_OPERATOR_KEY,
  });
  return serve(module, {
    host: env.ORDER_HTTP_HOST,
    port: env.ORDER_HTTP_PORT,
    faults: null,
    logger: new NestLogger(createLogger({ level: 'warn', name: 'order' })),
  });
});
