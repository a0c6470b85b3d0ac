/** Configuration of a service: one zod schema, read once at boot, all problems listed at once; and the fields that services have in common. */
import { z } from 'zod';
import { readNatsUrl } from './nats-url.js';

/** The environment does not fit; the message names every variable that is wrong. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** Reads what `schema` names out of `env`; an empty value counts as not set. Throws `ConfigurationError`. */
export function readConfiguration<Schema extends z.ZodObject>(
  schema: Schema,
  env: Readonly<Record<string, string | undefined>>,
): z.infer<Schema> {
  const given = Object.fromEntries(Object.keys(schema.shape).map((name) => [name, env[name]?.trim() || undefined]));
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  const problems = read.error.issues.map((issue) => `  - ${issue.path.join('.')} ${issue.message}`);
  throw new ConfigurationError(`The configuration cannot be used:\n${problems.join('\n')}`);
}

/** A whole number between two bounds, both included. */
export function wholeNumber(least: number, most: number) {
  const message = `must be a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^[0-9]{1,15}$/, message)
    .transform(Number)
    .pipe(z.number().min(least, message).max(most, message));
}

/** Port to listen on; 0 takes a free one. */
export const port = wholeNumber(0, 65_535);

/**
 * Address to listen on. A service knows no roles, so only this machine may reach it; or, by all addresses, whoever is in a network of containers that
 * nobody else gets into.
 */
export const bindAddress = z
  .enum(['127.0.0.1', 'localhost', '::1', '0.0.0.0', '::'], {
    error: 'must be a loopback address (127.0.0.1, localhost or ::1), or 0.0.0.0 or :: inside a closed network of containers',
  })
  .default('127.0.0.1');

/** The service's own database: SQLite in a file, MySQL or MariaDB by URL. */
export const databaseUrl = z.string().regex(/^(sqlite:.+|(mysql|mariadb):\/\/[^/]+\/[A-Za-z0-9_$-]{1,64})$/, {
  error: 'must be sqlite:FILE, mysql://user@host/NAME or mariadb://user@host/NAME',
});

/** The key by which calls of the coordinator are verified. */
export const signingKey = z.string().regex(/^whsec_[A-Za-z0-9+/=]{32,}$/, { error: 'must be a key of the form whsec_<base64>' });

/** Where the coordinator writes the keys in force, for services on the same machine that are given none. */
export const keysFile = z.string().default('.assent/keys.json');

/** Where NATS is: `nats://user:password@host:4222`, several servers of a cluster comma separated. */
export const natsUrl = z.string().transform((text, context) => {
  const read = readNatsUrl(text);
  if ('value' in read) return read.value;
  context.addIssue(read.problem);
  return z.NEVER;
});
