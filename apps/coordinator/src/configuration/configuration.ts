/**
 * Reads the configuration once, at boot. All problems are found in one go, so that nobody mends them one restart at a time.
 */
import { type Arming, refusedInProduction } from '@assent/failpoints';
import { EgressPolicy } from '@assent/transport';
import { type Variables, variables } from './variables.js';

/** A participant named in the configuration. `key` is absent when none was given. */
export interface ConfiguredParticipant {
  readonly name: string;
  readonly baseUrl: string;
  readonly concurrency: number;
  readonly key?: string;
}

/** What the rest of the app is given. Times in milliseconds, sizes in bytes. */
export interface Configuration {
  readonly mode: 'production' | 'development';
  readonly http: { readonly host: string; readonly port: number; readonly allowedHosts: readonly string[] };
  readonly databaseUrl: string;
  readonly sqliteDriver: 'better-sqlite3' | 'libsql' | undefined;
  readonly nodeName: string;
  readonly participants: readonly ConfiguredParticipant[];
  readonly keysFile: string;
  readonly concurrency: number;
  /** Origins that branches may name by URL; `name` and `baseUrl` are the origin. */
  readonly allowedOrigins: readonly ConfiguredParticipant[];
  readonly leaseMs: number;
  readonly drainMs: number;
  readonly failpoints: readonly Arming[];
  readonly logLevel: Variables['ASSENT_LOG_LEVEL'];
  readonly limits: Limits;
}

export interface Limits {
  readonly inMemory: number;
  readonly waiters: number;
  readonly bodyBytes: number;
  readonly payloadBytes: number;
  readonly branches: number;
  readonly waitMs: number;
}

/** Everything that is wrong with the environment; `message` is ready to be printed. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(readonly problems: readonly string[]) {
    super(`The configuration cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}\nSee docs/configuration.md.`);
  }
}

/** Reads all variables; an empty value counts as not set. Throws `ConfigurationError` with every problem found. */
export function readConfiguration(environment: Readonly<Record<string, string | undefined>>): Configuration {
  const given: Record<string, string> = {};
  for (const name of Object.keys(variables.shape)) {
    const value = environment[name]?.trim();
    if (value !== undefined && value !== '') given[name] = value;
  }
  const read = variables.safeParse(given);
  if (!read.success) throw new ConfigurationError(read.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`));
  const problems = problemsBetween(read.data);
  if (problems.length > 0) throw new ConfigurationError(problems);
  return toConfiguration(read.data);
}

/** What is wrong between variables that are fine by themselves. */
function problemsBetween(values: Variables): string[] {
  const problems: string[] = [];
  for (const variable of ['ASSENT_PARTICIPANT_KEYS', 'ASSENT_PARTICIPANT_CONCURRENCY'] as const) {
    for (const name of values[variable].keys()) {
      if (!values.ASSENT_PARTICIPANTS.has(name)) problems.push(`${variable} names "${name}", which ASSENT_PARTICIPANTS does not`);
    }
  }
  for (const origin of values.ASSENT_ORIGIN_KEYS.keys()) {
    if (!values.ASSENT_ALLOWED_ORIGINS.includes(origin))
      problems.push(`ASSENT_ORIGIN_KEYS names ${origin}, which ASSENT_ALLOWED_ORIGINS does not`);
  }
  problems.push(...unreachable('ASSENT_PARTICIPANTS', values.ASSENT_PARTICIPANTS.values(), values));
  problems.push(...unreachable('ASSENT_ALLOWED_ORIGINS', values.ASSENT_ALLOWED_ORIGINS, values));
  if (values.ASSENT_MAX_PAYLOAD_BYTES > values.ASSENT_MAX_BODY_BYTES) {
    problems.push('ASSENT_MAX_PAYLOAD_BYTES must not be greater than ASSENT_MAX_BODY_BYTES');
  }
  if (values.ASSENT_MODE === 'production' && values.ASSENT_FAILPOINT.length > 0) problems.push(`ASSENT_FAILPOINT ${refusedInProduction}`);
  return problems;
}

/** Addresses that every call would be refused to: better said at boot than at the first transaction. Names are judged when they are resolved. */
function unreachable(variable: string, urls: Iterable<string>, values: Variables): string[] {
  const allowLoopback = values.ASSENT_MODE === 'development';
  const egress = new EgressPolicy({ allowLoopback, allowedOrigins: [] });
  const problems: string[] = [];
  for (const url of urls) {
    const { hostname } = new URL(url);
    const problem = egress.checkHost(hostname === 'localhost' ? '127.0.0.1' : hostname);
    if (problem !== null) {
      const advice = allowLoopback ? '' : ' (ASSENT_MODE=development permits loopback)';
      problems.push(`${variable} names ${url}, which may not be called: ${problem.detail.replace(/\.$/, '')}${advice}`);
    }
  }
  return problems;
}

function withKey(participant: ConfiguredParticipant, key: string | undefined): ConfiguredParticipant {
  return key === undefined ? participant : { ...participant, key };
}

function toConfiguration(values: Variables): Configuration {
  return {
    mode: values.ASSENT_MODE,
    http: { host: values.ASSENT_HTTP_HOST, port: values.ASSENT_HTTP_PORT, allowedHosts: values.ASSENT_ALLOWED_HOSTS },
    databaseUrl: values.ASSENT_DATABASE_URL,
    sqliteDriver: values.ASSENT_SQLITE_DRIVER === 'auto' ? undefined : values.ASSENT_SQLITE_DRIVER,
    nodeName: values.ASSENT_NODE_NAME,
    participants: [...values.ASSENT_PARTICIPANTS].map(([name, baseUrl]) => {
      const concurrency = values.ASSENT_PARTICIPANT_CONCURRENCY.get(name) ?? values.ASSENT_CONCURRENCY;
      return withKey({ name, baseUrl, concurrency }, values.ASSENT_PARTICIPANT_KEYS.get(name));
    }),
    keysFile: values.ASSENT_KEYS_FILE,
    concurrency: values.ASSENT_CONCURRENCY,
    allowedOrigins: values.ASSENT_ALLOWED_ORIGINS.map((origin) => {
      return withKey({ name: origin, baseUrl: origin, concurrency: values.ASSENT_CONCURRENCY }, values.ASSENT_ORIGIN_KEYS.get(origin));
    }),
    leaseMs: values.ASSENT_LEASE_MS,
    drainMs: values.ASSENT_DRAIN_MS,
    failpoints: values.ASSENT_FAILPOINT,
    logLevel: values.ASSENT_LOG_LEVEL,
    limits: {
      inMemory: values.ASSENT_MAX_IN_MEMORY,
      waiters: values.ASSENT_MAX_WAITERS,
      bodyBytes: values.ASSENT_MAX_BODY_BYTES,
      payloadBytes: values.ASSENT_MAX_PAYLOAD_BYTES,
      branches: values.ASSENT_MAX_BRANCHES,
      waitMs: values.ASSENT_MAX_WAIT_MS,
    },
  };
}
