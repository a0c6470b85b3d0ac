/** Starts the payment service. */
import { failpointsOf } from '@assent/failpoints';
import { createLogger, NestLogger } from '@assent/observability';
import { boot, branchServing, parseFaults, serve, signingKeyFromFile } from '@assent/service';
import { readPaymentConfiguration } from './configuration.js';
import { paymentWith } from './payment.module.js';

void boot('payment', async () => {
  const env = readPaymentConfiguration(process.env);
  const key = env.PAYMENT_KEY ?? (await signingKeyFromFile(env.ASSENT_KEYS_FILE, 'payment'));
  const failpoints = failpointsOf(env.ASSENT_FAILPOINT, env.ASSENT_MODE);
  return serve(paymentWith({ databaseUrl: env.PAYMENT_DATABASE_URL, key, serving: branchServing(env), failpoints }), {
    host: env.PAYMENT_HTTP_HOST,
    port: env.PAYMENT_HTTP_PORT,
    logger: new NestLogger(createLogger({ level: 'warn', name: 'payment' })),
    faults: env.ASSENT_DEMO_FAULTS === undefined ? null : parseFaults(env.ASSENT_DEMO_FAULTS),
  });
});
