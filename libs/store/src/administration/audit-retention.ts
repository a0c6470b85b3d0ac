/** Takes away the oldest part of the audit together with its links, so that what is left still verifies. */
import { type DataSource, In } from 'typeorm';
import { AuditChainEntity, AuditLogEntity } from '../schema/index.js';
import { inTransaction } from './in-transaction.js';

/**
 * Deletes up to `limit` of the oldest rows that were written before `beforeMs`, oldest link first, and stops at the first younger one: a chain has no holes.
 * The newest of the deleted links stays, without its row, as the anchor of the rest. Returns how many rows went; with `dryRun` how many would.
 */
export async function purgeAudit(
  dataSource: DataSource,
  { beforeMs, limit, dryRun }: { readonly beforeMs: number; readonly limit: number; readonly dryRun: boolean },
): Promise<number> {
  return inTransaction(dataSource, async (manager) => {
    const links = await manager.find(AuditChainEntity, { order: { seq: 'ASC' }, take: limit + 1 });
    const rows = await manager.find(AuditLogEntity, { where: { id: In(links.map(({ auditId }) => auditId)) } });
    const byId = new Map(rows.map((row) => [row.id, row]));
    const isOld = ({ auditId }: AuditChainEntity) => (byId.get(auditId)?.atMs ?? 0) < beforeMs;
    const end = links.findIndex((link) => !isOld(link));
    const old = end === -1 ? links : links.slice(0, end);
    const going = old.filter(({ auditId }) => byId.has(auditId)).map(({ auditId }) => auditId);
    // The first link of all is no anchor: without its row it would look like one that was taken away.
    if (old.length < 2) return 0;
    if (dryRun || going.length === 0) return going.length;
    await manager.delete(AuditLogEntity, { id: In(going) });
    await manager.delete(AuditChainEntity, { seq: In(old.slice(0, -1).map(({ seq }) => seq)) });
    return going.length;
  });
}
