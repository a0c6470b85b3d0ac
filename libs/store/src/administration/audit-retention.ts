/** Takes away the oldest part of the audit together with its links, so that what is left still verifies. */
import { type DataSource, type EntityManager, In, MoreThan } from 'typeorm';
import { AuditChainEntity, AuditLogEntity } from '../schema/index.js';
import { rowsOf, soundLinks } from './audit-chain.js';
import { inTransaction } from './in-transaction.js';

/** Links that a look ahead reads at one time. */
const BATCH = 200;

/** Rows that were written before `beforeMs` (milliseconds since the epoch), at most `limit`. */
export interface OldAudit {
  readonly beforeMs: number;
  readonly limit: number;
}

/**
 * Deletes the oldest rows, oldest link first, and stops at the first younger one: a chain has no holes. It stops, too, before a link that does not hold:
 * what was tampered with stays, for `AuditChain.verify` to name. The newest of the deleted links stays, without its row, as the anchor of the rest.
 * Returns how many rows went.
 */
export async function purgeAudit(dataSource: DataSource, { beforeMs, limit }: OldAudit): Promise<number> {
  return inTransaction(dataSource, async (manager) => {
    const { links, rows } = await oldest(manager, null, { beforeMs, limit: limit + 1 });
    if (links.length < FEWEST || rows.length === 0) return 0;
    await manager.delete(AuditLogEntity, { id: In([...rows]) });
    await manager.delete(AuditChainEntity, { seq: In(links.slice(0, -1).map(({ seq }) => seq)) });
    return rows.length;
  });
}

/** How many rows would go. Changes nothing. */
export async function foreseeAudit({ manager }: DataSource, { beforeMs, limit }: OldAudit): Promise<number> {
  let seen = 0;
  let going = 0;
  let last: AuditChainEntity | null = null;
  for (;;) {
    const { links, rows }: Oldest = await oldest(manager, last, { beforeMs, limit: BATCH });
    seen += links.length;
    going += rows.length;
    last = links.at(-1) ?? null;
    if (links.length < BATCH || going >= limit) return seen < FEWEST ? 0 : Math.min(limit, going);
  }
}

/** The first link of all is no anchor: without its row it would look like one that was taken away. */
const FEWEST = 2;

/** Links that are old and hold, and the ids of the rows that go with them: all but that of the anchor, which has gone. */
interface Oldest {
  readonly links: readonly AuditChainEntity[];
  readonly rows: readonly string[];
}

/** Those behind the link `before`; `null`: from the oldest on. */
async function oldest(manager: EntityManager, before: AuditChainEntity | null, { beforeMs, limit }: OldAudit): Promise<Oldest> {
  const found = await manager.find(AuditChainEntity, { where: { seq: MoreThan(before?.seq ?? 0) }, order: { seq: 'ASC' }, take: limit });
  const byId = await rowsOf(manager, found);
  const sound = found.slice(0, soundLinks(found, byId, before));
  const end = sound.findIndex(({ auditId }) => (byId.get(auditId)?.atMs ?? 0) >= beforeMs);
  const links = end === -1 ? sound : sound.slice(0, end);
  return { links, rows: links.filter(({ auditId }) => byId.has(auditId)).map(({ auditId }) => auditId) };
}
