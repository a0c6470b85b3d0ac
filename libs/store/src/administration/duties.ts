/** Work that one node does for all (`duty`): it holds a row for a while, and must ask again before the time in it, by the clock of the database, is over. */
import type { DataSource } from 'typeorm';
import { DutyEntity } from '../schema/index.js';
import { momentSql } from './database-moment.js';
import { inTransaction } from './in-transaction.js';
import { isDuplicate } from './refusals.js';

export class Duties {
  constructor(private readonly dataSource: DataSource) {}

  /** True when `holder` has the duty for the next `forMs`. Of two that ask at once one gets it: the guard is in the UPDATE. Index: primary. */
  async take(name: string, holder: string, forMs: number): Promise<boolean> {
    const { dataSource } = this;
    const now = momentSql(dataSource);
    return inTransaction(dataSource, async (manager) => {
      const taken = await manager
        .createQueryBuilder()
        .update(DutyEntity)
        .set({ holder, untilMs: () => `${now} + ${Math.round(forMs)}` })
        .where(`name = :name AND (holder = :holder OR until < ${now})`, { name, holder })
        .execute();
      if (taken.affected === 1) return true;
      if ((await manager.countBy(DutyEntity, { name })) > 0) return false;
      return enter(() =>
        manager.query(`INSERT INTO duty (name, holder, until) VALUES (?, ?, ${now} + ?)`, [name, holder, Math.round(forMs)]),
      );
    });
  }

  /** Gives the duty up, so that nobody has to wait for the time to pass. */
  async leave(name: string, holder: string): Promise<void> {
    await inTransaction(this.dataSource, (manager) => manager.delete(DutyEntity, { name, holder }));
  }
}

/** False when another node entered the row at the same moment. */
async function enter(insert: () => Promise<unknown>): Promise<boolean> {
  try {
    await insert();
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
}
