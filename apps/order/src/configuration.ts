/** Everything the order service reads from its environment, once, at boot. */
import { bindAddress, databaseUrl, natsUrl, port, readConfiguration, wholeNumber } from '@assent/service';
import { z } from 'zod';

const schema = z.object({
  ORDER_HTTP_PORT: port.default(4101),
  ORDER_HTTP_HOST: bindAddress,
  ORDER_DATABASE_URL: databaseUrl.default('sqlite:.assent/order.sqlite'),
  ORDER_COORDINATOR_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL such as http://127.0.0.1:4100' })
    .default('http://127.0.0.1:4100'),
  /** The API key of this service at the coordinator; needed where the coordinator has access control on. */
  ORDER_COORDINATOR_KEY: z.string().max(8_192).optional(),
  /** Where the events of orders come from; without it orders are not followed. */
  ASSENT_NATS_URL: natsUrl.optional(),
  /** The key by which an operator may see, replay and discard events that could not be handled; without one only from this machine. */
  ORDER_OPERATOR_KEY: z.string().min(16, 'must have at least 16 characters').max(512).optional(),
  /** How long `POST /orders` waits for the decision, in milliseconds, before it answers that the order is still under way. */
  ORDER_WAIT_MS: wholeNumber(0, 60_000).default(5_000),
  /** How often orders without an outcome are looked after, in milliseconds. */
  ORDER_RECONCILE_MS: wholeNumber(100, 3_600_000).default(5_000),
});

/** Throws `ConfigurationError` with every problem found. */
export const readOrderConfiguration = (env: NodeJS.ProcessEnv) => readConfiguration(schema, env);
