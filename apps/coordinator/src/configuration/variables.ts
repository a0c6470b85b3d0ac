/**
 * Every variable the coordinator reads, with its default and its meaning: the one source of `docs/configuration.md`, of the list of problems
 * at boot, and of the `Configuration` that is passed on. Nothing else in this app looks at the environment.
 */
import { hostname } from 'node:os';
import { defaultEngineOptions } from '@assent/engine';
import type { Arming } from '@assent/failpoints';
import { type NatsAddress, natsUrl } from '@assent/service';
import { z } from 'zod';
import { accessVariables } from './access-variables.js';
import { announcingVariables } from './announcing.js';
import { observingVariables } from './observing.js';
import { protectingVariables } from './protecting.js';
import { registeringVariables } from './registering.js';
import { retainingVariables } from './retaining.js';
import {
  armings,
  databaseUrl,
  hosts,
  httpHost,
  idText,
  origins,
  pairs,
  readAddress,
  readCount,
  readKey,
  readName,
  readOrigin,
  wholeNumber,
} from './values.js';

/** How a variable is shown in the documentation: its meaning, and its default where the real one depends on the machine. */
type Described = { readonly description: string; readonly shownDefault?: string };

const described = (text: string, shownDefault?: string): Described =>
  shownDefault === undefined ? { description: text } : { description: text, shownDefault };

/** The host's name in the alphabet of ids. */
function defaultNodeName(): string {
  return (
    hostname()
      .replace(/[^A-Za-z0-9._-]/g, '-')
      .slice(0, 64) || 'coordinator'
  );
}

export const variables = z.object({
  ASSENT_MODE: z
    .enum(['production', 'development'], { error: 'must be production or development' })
    .default('production')
    .meta(described('`development` permits participants on loopback addresses; in `production` the coordinator does not call them.')),
  ASSENT_HTTP_HOST: httpHost
    .default('127.0.0.1')
    .meta(described('Address the API listens on. Anything but loopback needs `ASSENT_AUTH=on`.')),
  ASSENT_HTTP_PORT: wholeNumber(0, 65_535).default(4100).meta(described('Port the API listens on; 0 takes a free one.')),
  ASSENT_ALLOWED_HOSTS: hosts
    .default([])
    .meta(
      described(
        'Host names beside localhost and loopback addresses that the API answers to, without ports, comma separated: what a proxy in front leaves in the header `host`. Any other is answered 421 `host_not_allowed`, so that no page of another site can reach this API by a name that resolves to it. Of no account with `ASSENT_AUTH=on`: there every request needs a credential.',
        'none',
      ),
    ),
  ...accessVariables,
  ASSENT_DATABASE_URL: databaseUrl
    .default('sqlite:.assent/coordinator.sqlite')
    .meta(
      described(
        'Where state lives: `sqlite:<path>` (one coordinator per file), `mysql://user:password@host:3306/name` (MySQL 8 or later) or `mariadb://...` (MariaDB 10.6 or later). Tables are made and migrated at boot.',
      ),
    ),
  ASSENT_SQLITE_DRIVER: z
    .enum(['auto', 'better-sqlite3', 'libsql'], { error: 'must be auto, better-sqlite3 or libsql' })
    .default('auto')
    .meta(described('SQLite driver; `auto` takes better-sqlite3 where it could be built, else libsql.')),
  ASSENT_NODE_NAME: idText
    .default(defaultNodeName)
    .meta(
      described(
        'Name of this node. A node that boots takes over from its predecessor of the same name at once, so two running nodes must not share one.',
        'the host name',
      ),
    ),
  ASSENT_PARTICIPANTS: pairs(readName, readAddress)
    .default(new Map<string, string>())
    .meta(
      described(
        'The services that take part, as `name=address`, comma separated: `inventory=http://inventory:4102,payment=nats:`. With a base URL a contract `inventory.reserve` is called at `{base URL}/assent/inventory.reserve/{op}`, with `nats:` by a request to the subject `assent.inventory.reserve.{op}` (needs ASSENT_NATS_URL), with `registry:` wherever its instances announce themselves.',
        'none',
      ),
    ),
  ASSENT_NATS_URL: natsUrl
    .nullable()
    .default(null as NatsAddress | null)
    .meta(
      described(
        'Where NATS is: `nats://user:password@host:4222` or `tls://...`, several servers of a cluster comma separated. The coordinator starts and works without it as far as it can; what needs it goes on when it is back.',
        'no NATS',
      ),
    ),
  ASSENT_PARTICIPANT_KEYS: pairs(readName, readKey)
    .default(new Map<string, string>())
    .meta(
      described(
        'Signing keys, as `name=whsec_<base64>`, comma separated. A participant without one here keeps the key of the table `participant`, else takes the one in ASSENT_KEYS_FILE, else gets a new one at first start.',
        'none',
      ),
    ),
  ASSENT_KEYS_FILE: z
    .string()
    .max(4_096)
    .default('.assent/keys.json')
    .meta(
      described(
        'JSON file, `{ "inventory": "whsec_..." }`, to which the keys in force are written (mode 0600), for services on the same machine to read theirs from.',
      ),
    ),
  ASSENT_CONCURRENCY: wholeNumber(1, 10_000)
    .default(64)
    .meta(described('Calls in the air at one time to each participant, and to each origin of free URLs.')),
  ASSENT_PARTICIPANT_CONCURRENCY: pairs(readName, readCount(1, 10_000))
    .default(new Map<string, number>())
    .meta(described('Participants that bear more or fewer calls at one time, as `name=count`, comma separated.', 'none')),
  ASSENT_ALLOWED_ORIGINS: origins
    .default([])
    .meta(
      described(
        'Origins that branches may name by URL instead of by contract, comma separated: `https://mail.internal,https://files.internal:8443`. Any other URL is refused.',
        'none',
      ),
    ),
  ASSENT_ORIGIN_KEYS: pairs(readOrigin, readKey)
    .default(new Map<string, string>())
    .meta(
      described(
        'Signing keys of allowed origins, as `origin=whsec_<base64>`, comma separated. An origin without one gets its key as a participant does.',
        'none',
      ),
    ),
  ASSENT_LEASE_MS: wholeNumber(500, 300_000)
    .default(defaultEngineOptions.leaseMs)
    .meta(
      described(
        'How long, in milliseconds, a node must have been silent before others declare it dead, and how long a node goes on sending calls without a flush that succeeded. The same on all nodes.',
      ),
    ),
  ASSENT_MAX_IN_MEMORY: wholeNumber(100, 1_000_000)
    .default(defaultEngineOptions.maxInMemory)
    .meta(described('Transactions held in memory; beyond it a new one is answered 429 `overloaded`.')),
  ASSENT_MAX_WAITERS: wholeNumber(10, 1_000_000)
    .default(defaultEngineOptions.maxWaiters)
    .meta(described('Requests that wait for an outcome at one time; beyond it 429 `too_many_waiters`.')),
  ASSENT_MAX_BODY_BYTES: wholeNumber(1_024, 16_777_216)
    .default(1_048_576)
    .meta(described('Largest request body, in bytes; beyond it 413 `body_too_large`.')),
  ASSENT_MAX_PAYLOAD_BYTES: wholeNumber(256, 1_048_576)
    .default(65_536)
    .meta(described("Largest payload of one branch, in bytes of JSON; beyond it 422 `payload_too_large`. Also bounds an answer's result.")),
  ASSENT_MAX_BRANCHES: wholeNumber(1, 200).default(200).meta(described('Branches of one transaction; beyond it 422 `too_many_branches`.')),
  ASSENT_MAX_WAIT_MS: wholeNumber(1_000, 300_000)
    .default(60_000)
    .meta(described('Longest time, in milliseconds, that a request may ask to wait for an outcome.')),
  ASSENT_DRAIN_MS: wholeNumber(0, 300_000)
    .default(10_000)
    .meta(described('After SIGTERM: how long, in milliseconds, calls in the air may take to end before the process goes.')),
  ASSENT_FAILPOINT: armings
    .default([] as readonly Arming[])
    .meta(
      described(
        'Where this process is to be hurt, for tests: `driver.after-persist:crash@3,writer.after-fence:stop`; see docs/failpoints.md. Only with `ASSENT_MODE=development`.',
        'nowhere',
      ),
    ),
  ASSENT_LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'], { error: 'must be debug, info, warn, error or silent' })
    .default('info')
    .meta(described('What is logged, as JSON lines on standard output. Payloads and keys never are.')),
  ...protectingVariables,
  ...registeringVariables,
  ...announcingVariables,
  ...observingVariables,
  ...retainingVariables,
});

export type Variables = z.infer<typeof variables>;
