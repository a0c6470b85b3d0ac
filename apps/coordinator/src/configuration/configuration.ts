/**
 * Reads the configuration once, at boot. All problems are found in one go, so that nobody mends them one restart at a time.
 */
import type { BreakerPolicy } from '@assent/engine';
import type { Arming } from '@assent/failpoints';
import type { TracingOptions } from '@assent/observability';
import type { NatsAddress } from '@assent/service';
import type { HousekeepingTimes } from '@assent/store';
import type { HostList } from '@assent/transport';
import type { z } from 'zod';
import { type AccessConfiguration, accessOf } from './access.js';
import { type EventSettings, eventsOf } from './announcing.js';
import { type LinkTemplate, linksOf, tracingOf } from './observing.js';
import { problemsBetween } from './problems-between.js';
import { breakersOf } from './protecting.js';
import { retentionOf } from './retaining.js';
import { type Variables, variables } from './variables.js';

/** A participant named in the configuration. `baseUrl` is `nats:` for one that is called over NATS, `registry:` for one that announces itself; `key` is absent when none was given. */
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
  readonly nats: NatsAddress | null;
  readonly registry: { readonly hosts: HostList; readonly silentAfterMs: number };
  /** `null`: no events, with or without NATS. */
  readonly events: EventSettings | null;
  readonly participants: readonly ConfiguredParticipant[];
  readonly keysFile: string;
  readonly concurrency: number;
  readonly breaker: BreakerPolicy;
  /** Participant -> what its breaker does otherwise. */
  readonly breakers: ReadonlyMap<string, Partial<BreakerPolicy>>;
  /** Origins that branches may name by URL; `name` and `baseUrl` are the origin. */
  readonly allowedOrigins: readonly ConfiguredParticipant[];
  /** Origins that webhooks may be sent to. */
  readonly webhookOrigins: readonly string[];
  readonly leaseMs: number;
  readonly retention: HousekeepingTimes;
  readonly drainMs: number;
  readonly failpoints: readonly Arming[];
  readonly logLevel: Variables['ASSENT_LOG_LEVEL'];
  /** `null`: no traces. */
  readonly tracing: TracingOptions | null;
  readonly links: readonly LinkTemplate[];
  /** `null`: access control is off. */
  readonly access: AccessConfiguration | null;
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
  const problems = [...problemsOf(read), ...problemsBetween(read.success ? read.data : readableOf(given))];
  if (!read.success || problems.length > 0) throw new ConfigurationError(problems);
  return toConfiguration(read.data);
}

function problemsOf(read: z.ZodSafeParseResult<Variables>): string[] {
  return read.success ? [] : read.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
}

/** The variables that can be read by themselves, those that are not set included. */
function readableOf(given: Readonly<Record<string, string>>): Partial<Variables> {
  const read = Object.entries(variables.shape).map(([name, schema]) => [name, schema.safeParse(given[name])] as const);
  return Object.fromEntries(read.filter(([, { success }]) => success).map(([name, { data }]) => [name, data]));
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
    nats: values.ASSENT_NATS_URL,
    registry: { hosts: values.ASSENT_REGISTRY_HOSTS, silentAfterMs: values.ASSENT_REGISTRY_SILENT_MS },
    events: eventsOf(values),
    participants: [...values.ASSENT_PARTICIPANTS].map(([name, baseUrl]) => {
      const concurrency = values.ASSENT_PARTICIPANT_CONCURRENCY.get(name) ?? values.ASSENT_CONCURRENCY;
      return withKey({ name, baseUrl, concurrency }, values.ASSENT_PARTICIPANT_KEYS.get(name));
    }),
    keysFile: values.ASSENT_KEYS_FILE,
    concurrency: values.ASSENT_CONCURRENCY,
    ...breakersOf(values),
    allowedOrigins: values.ASSENT_ALLOWED_ORIGINS.map((origin) => {
      return withKey({ name: origin, baseUrl: origin, concurrency: values.ASSENT_CONCURRENCY }, values.ASSENT_ORIGIN_KEYS.get(origin));
    }),
    webhookOrigins: values.ASSENT_WEBHOOK_ORIGINS,
    leaseMs: values.ASSENT_LEASE_MS,
    retention: retentionOf(values),
    drainMs: values.ASSENT_DRAIN_MS,
    failpoints: values.ASSENT_FAILPOINT,
    logLevel: values.ASSENT_LOG_LEVEL,
    tracing: tracingOf(values),
    links: linksOf(values),
    access: accessOf(values),
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
