/** Database time in milliseconds, as an expression of each dialect: nodes compare no clocks of their own. */
import type { DataSource, EntityManager } from 'typeorm';

/** The expression; it is the same throughout one statement. */
export function momentSql({ options }: DataSource): string {
  return options.type === 'better-sqlite3'
    ? "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
    : 'CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)';
}

/** Database time now, in milliseconds since the epoch. */
export async function databaseMoment(manager: EntityManager): Promise<number> {
  const [row] = await manager.query<{ readonly nowMs: string | number }[]>(`SELECT ${momentSql(manager.dataSource)} AS nowMs`);
  return Number(row?.nowMs);
}
