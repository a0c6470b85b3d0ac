/** Reads that no hot path waits for, by TypeORM's repositories: the same on every dialect. */
import type { AttemptRow, AuditRow } from '@assent/engine';
import type { Policy } from '@assent/protocol';
import { type DataSource, In } from 'typeorm';
import { AttemptLogEntity, AuditLogEntity, PolicyRetirementEntity, RetryPolicyEntity } from './schema/index.js';

/** Rows of one transaction that are shown at once. */
const MAX_ROWS = 1_000;

/** The newest, oldest of them first: what failed just now says more than what failed yesterday. Index: primary, which begins with the gid. */
export async function readAttempts(dataSource: DataSource, gid: string): Promise<readonly AttemptRow[]> {
  const rows = await dataSource.getRepository(AttemptLogEntity).find({
    where: { gid },
    order: { startedAtMs: 'DESC', attempt: 'DESC' },
    take: MAX_ROWS,
  });
  return rows.toReversed().map(({ flush, place, ...row }) => row);
}

/** The newest, oldest of them first. Index: (gid, at). */
export async function readAudit(dataSource: DataSource, gid: string): Promise<readonly AuditRow[]> {
  const rows = await dataSource.getRepository(AuditLogEntity).find({ where: { gid }, order: { atMs: 'DESC', id: 'DESC' }, take: MAX_ROWS });
  return rows.toReversed().map((row) => ({ ...row }));
}

/** These rows, as far as they are there. Index: primary. */
export async function findAudit(dataSource: DataSource, ids: readonly string[]): Promise<readonly AuditRow[]> {
  if (ids.length === 0) return [];
  const rows = await dataSource.getRepository(AuditLogEntity).find({ where: { id: In([...ids]) }, take: MAX_ROWS });
  return rows.map((row) => ({ ...row }));
}

/** All versions of all policies. */
export async function readPolicies(dataSource: DataSource): Promise<readonly Policy[]> {
  const rows = await dataSource.getRepository(RetryPolicyEntity).find({ order: { name: 'ASC', version: 'ASC' } });
  const retired = new Set((await dataSource.getRepository(PolicyRetirementEntity).find()).map(({ name }) => name));
  return rows.map((row) => (retired.has(row.name) ? { ...row, isRetired: true as const } : { ...row }));
}
