/** What can be administered without a coordinator that runs: the first keys, and the proof of the audit. It works on the database itself. */
import { AuditChain, type ChainHead, chainHeadIn, type KeptHead, type OpenedStore, openTransactionStore } from '@assent/store';
import { hashOfKey, makeApiKey, type Role, roles } from '../access/index.js';
import { KeyAdministration } from '../admin/index.js';
import { ApiError } from '../errors/index.js';

/** In whose name the audit has what was done here. */
const BY = 'command-line';
const LEASE_MS = 5_000;

/** The command makes no sense; the message is what to print. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const usage = `npm run keys -- make                      prints a new key, for ASSENT_API_KEYS; touches nothing
npm run keys -- create NAME ROLE          makes a key in the database; ROLE is one of ${roles.join(', ')}
npm run keys -- list                      lists the keys of the database, without their secrets
npm run keys -- revoke ID REASON          revokes one
npm run audit:verify                      reads the chain over the audit, and ends non-zero where it does not hold
npm run audit:verify -- SEQ:HASH          the same, and looks for a head that was kept elsewhere
The database is that of ASSENT_DATABASE_URL. A SQLite file can be had while no coordinator runs on it; a running one does the same over REST.`;

export interface Ground {
  readonly databaseUrl: string;
  readonly print: (line: string) => void;
}

/** Carries out one command. Returns false when the audit does not hold. Throws `UsageError`, or an error of one line. */
export async function runCommand(args: readonly string[], ground: Ground): Promise<boolean> {
  const [subject, verb, ...rest] = args;
  if (subject === 'keys' && verb === 'make' && rest.length === 0) {
    ground.print(makeApiKey());
    return true;
  }
  if (subject === 'audit' && verb === 'verify' && rest.length <= 1) {
    const kept = rest[0] === undefined ? null : chainHeadIn(rest[0]);
    if (kept !== null || rest.length === 0) return onDatabase(ground, (opened) => verify(opened, ground, kept));
  }
  if (subject === 'keys' && verb === 'create' && rest.length === 2) return onDatabase(ground, (opened) => create(opened, ground, rest));
  if (subject === 'keys' && verb === 'list' && rest.length === 0) return onDatabase(ground, (opened) => list(opened, ground));
  if (subject === 'keys' && verb === 'revoke' && rest.length >= 2) return onDatabase(ground, (opened) => revoke(opened, ground, rest));
  throw new UsageError(usage);
}

async function onDatabase(ground: Ground, work: (opened: OpenedStore) => Promise<boolean>): Promise<boolean> {
  const opened = await openTransactionStore({ url: ground.databaseUrl, leaseMs: LEASE_MS });
  try {
    return await work(opened);
  } catch (error) {
    throw error instanceof ApiError ? new Error(error.detail, { cause: error }) : error;
  } finally {
    await opened.store.close();
  }
}

function keysOf({ dataSource }: OpenedStore): KeyAdministration {
  const nobody = { refresh: async () => undefined, isConfigured: () => false };
  return new KeyAdministration(dataSource, nobody, () => Date.now());
}

async function create(opened: OpenedStore, { print }: Ground, [principal = '', role = '']: readonly string[]): Promise<boolean> {
  if (!isRole(role)) throw new UsageError(`"${role}" is none of the roles ${roles.join(', ')}`);
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(principal) || ['local', 'assent', '.', '..'].includes(principal)) {
    throw new UsageError(`"${principal}" cannot be the name of a principal`);
  }
  const made = await keysOf(opened).make({ principal, role, expiresAtMs: null, by: BY });
  print(`${made.key}`);
  print(
    `This is shown once. Id ${made.id}, SHA-256 ${hashOfKey(made.key).slice(0, 12)}..., counted by a running coordinator within seconds.`,
  );
  return true;
}

async function list(opened: OpenedStore, { print }: Ground): Promise<boolean> {
  for (let after = ''; ; ) {
    const page = await keysOf(opened).list(after, 100);
    for (const { id, principal, role, revokedBy, expiresAtMs } of page) {
      const end = revokedBy !== null ? 'revoked' : expiresAtMs === null ? '' : `until ${new Date(expiresAtMs).toISOString()}`;
      print([id, role.padEnd(8), principal, end].join('  ').trimEnd());
    }
    const last = page.at(-1);
    if (last === undefined) return true;
    after = last.id;
  }
}

async function revoke(opened: OpenedStore, { print }: Ground, [id = '', ...reason]: readonly string[]): Promise<boolean> {
  const { principal } = await keysOf(opened).revoke(id, BY, reason.join(' '));
  print(`The key ${id} of ${principal} counts no more.`);
  return true;
}

async function verify({ dataSource }: OpenedStore, { print }: Ground, kept: ChainHead | null): Promise<boolean> {
  const { holds, links, unchained, foreign, broken, head, kept: found } = await new AuditChain(dataSource).verify(kept);
  print(
    `${links} links hold, ${unchained} rows wait for theirs, the head is ${head === null ? 'not there yet' : `${head.seq}:${head.hash}`}`,
  );
  if (broken !== null) print(`BROKEN at ${broken.seq}: the row ${broken.auditId} is ${broken.problem.replace('_', ' ')}`);
  for (const id of foreign) print(`FOREIGN: the row ${id} was written by nobody who works for the coordinator`);
  if (found !== null) print(`${holdsNot(found) ? 'BROKEN: ' : ''}the link ${kept?.seq} ${became[found]}`);
  return holds;
}

const became: Readonly<Record<KeptHead, string>> = {
  there: 'is the one that was kept',
  changed: 'is not the one that was kept: the chain was made anew',
  missing: 'that was kept is gone: the newest end of the chain was cut off',
  purged: 'that was kept is older than what retention has left: nothing can be said of it',
};

function holdsNot(found: KeptHead): boolean {
  return found === 'changed' || found === 'missing';
}

function isRole(text: string): text is Role {
  return roles.some((role) => role === text);
}
