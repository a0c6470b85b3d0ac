/** Starts the inventory. */
import { failpointsOf } from '@assent/failpoints';
import { createLogger, NestLogger } from '@assent/observability';
import { boot, branchServing, parseFaults, serve, signingKeyFromFile } from '@assent/service';
import { readInventoryConfiguration } from './configuration.js';
import { inventoryWith } from './inventory.module.js';

void boot('inventory', async () => {
  const env = readInventoryConfiguration(process.env);
  const key = env.INVENTORY_KEY ?? (await signingKeyFromFile(env.ASSENT_KEYS_FILE, 'inventory'));
  const failpoints = failpointsOf(env.ASSENT_FAILPOINT, env.ASSENT_MODE);
  return serve(inventoryWith({ databaseUrl: env.INVENTORY_DATABASE_URL, key, serving: branchServing(env), failpoints }), {
    host: env.INVENTORY_HTTP_HOST,
    port: env.INVENTORY_HTTP_PORT,
    logger: new NestLogger(createLogger({ level: 'warn', name: 'inventory' })),
    faults: env.ASSENT_DEMO_FAULTS === undefined ? null : parseFaults(env.ASSENT_DEMO_FAULTS),
  });
});
