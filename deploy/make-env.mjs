/** Prints what compose.yml asks for, its secrets made anew: `node deploy/make-env.mjs > deploy/.env`. Plain Node, no packages. */
import { randomBytes } from 'node:crypto';

/** 256 bits each. The first two are keys of calls to participants (Standard Webhooks), the next three of callers of the coordinator. */
const secret = (encoding) => randomBytes(32).toString(encoding);

const settings = {
  // What containers are called by, and with it their lines in the log.
  COMPOSE_PROJECT_NAME: 'assent',
  INVENTORY_KEY: `whsec_${secret('base64')}`,
  PAYMENT_KEY: `whsec_${secret('base64')}`,
  ORDER_API_KEY: `assent_${secret('base64url')}`,
  OPERATOR_API_KEY: `assent_${secret('base64url')}`,
  ADMIN_API_KEY: `assent_${secret('base64url')}`,
  // Shows an operator the events that the order service could not handle.
  ORDER_OPERATOR_KEY: secret('base64url'),
  // Passwords stand in URLs: letters and digits only.
  MYSQL_ROOT_PASSWORD: secret('hex'),
  ASSENT_DATABASE_PASSWORD: secret('hex'),
  SHOP_DATABASE_PASSWORD: secret('hex'),
  GRAFANA_ADMIN_PASSWORD: secret('hex'),
};

for (const [name, value] of Object.entries(settings)) console.log(`${name}=${value}`);
