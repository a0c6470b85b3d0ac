/** Everything the payment service reads from its environment, once, at boot. */
import { bindAddress, branchVariables, databaseUrl, keysFile, port, readConfiguration, signingKey } from '@assent/service';
import { z } from 'zod';

const schema = z.object({
  PAYMENT_HTTP_PORT: port.default(4103),
  PAYMENT_HTTP_HOST: bindAddress,
  PAYMENT_DATABASE_URL: databaseUrl.default('sqlite:.assent/payment.sqlite'),
  /** Without it the key is taken from ASSENT_KEYS_FILE. */
  PAYMENT_KEY: signingKey.optional(),
  ASSENT_KEYS_FILE: keysFile,
  ...branchVariables,
  /** Failpoints are refused unless it says `development`. */
  ASSENT_MODE: z.enum(['production', 'development']).default('production'),
  /** Where this process is to be hurt, for tests: see docs/failpoints.md. */
  ASSENT_FAILPOINT: z.string().optional(),
  /** Faults on purpose, see `parseFaults`. */
  ASSENT_DEMO_FAULTS: z.string().optional(),
});

/** Throws `ConfigurationError` with every problem found. */
export const readPaymentConfiguration = (env: NodeJS.ProcessEnv) => readConfiguration(schema, env);
