/** The audit of what people do outside a flush: rows join the transaction of the change they tell of. */
import type { AuditRow } from '@assent/engine';
import type { DataSource, EntityManager } from 'typeorm';
import { keptAudit } from '../rows.js';
import { AuditLogEntity, AuditUnchainedEntity } from '../schema/index.js';

/** Rows of one look. */
export const MOST_AUDIT_ROWS = 500;

export interface AuditQuery {
  readonly gid?: string;
  readonly principal?: string;
  readonly fromMs?: number;
  readonly toMs?: number;
  /** Only rows with a lower id: the last one of the page before. */
  readonly beforeId?: string;
  readonly limit: number;
}

/** The row, and a note for the chain to take it up. Ids are UUIDv7, so that their order is that of time. */
export async function recordAudit(manager: EntityManager, row: AuditRow): Promise<void> {
  await manager.insert(AuditLogEntity, keptAudit(row));
  await manager.insert(AuditUnchainedEntity, { id: row.id });
}

/**
 * Newest first. Index: (gid, at) where a gid is named, else primary, downwards. A principal and a time are looked for among what those find, so a rare
 * principal of long ago takes a while; people ask this, and the limit of rows is small.
 */
export async function findAudit(dataSource: DataSource, query: AuditQuery): Promise<readonly AuditRow[]> {
  const find = dataSource.getRepository(AuditLogEntity).createQueryBuilder('a');
  if (query.gid !== undefined) find.andWhere('a.gid = :gid', { gid: query.gid });
  if (query.principal !== undefined) find.andWhere(`${exactly(dataSource, 'a.principal')} = :principal`, { principal: query.principal });
  if (query.fromMs !== undefined) find.andWhere('a.at >= :fromMs', { fromMs: query.fromMs });
  if (query.toMs !== undefined) find.andWhere('a.at < :toMs', { toMs: query.toMs });
  if (query.beforeId !== undefined) find.andWhere('a.id < :beforeId', { beforeId: query.beforeId });
  const rows = await find.orderBy('a.id', 'DESC').take(Math.min(query.limit, MOST_AUDIT_ROWS)).getMany();
  return rows.map((row) => ({ ...row }));
}

/** A text column that is compared character by character: the collations of MySQL and MariaDB ignore blanks at the end. */
function exactly({ options }: DataSource, column: string): string {
  return options.type === 'better-sqlite3' ? column : `CAST(${column} AS BINARY)`;
}
