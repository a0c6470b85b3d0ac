/**
 * Transactions that the emptying pass came by before they had been over for long enough: those that were under way at that very moment, and those that take
 * days. The pass does not come again; so each is noted until it has been emptied or is gone.
 */
import { type EntityManager, In, MoreThan } from 'typeorm';
import { LateEndEntity } from '../schema/index.js';

export class LateEnds {
  constructor(private readonly manager: EntityManager) {}

  /** Once each. */
  async remember(gids: readonly string[]): Promise<void> {
    if (gids.length === 0) return;
    await this.forget(gids);
    await this.manager.insert(
      LateEndEntity,
      gids.map((gid) => ({ gid })),
    );
  }

  /** The next behind this gid, in their order; empty: from the first on. Index: primary. */
  async behind(gid: string, limit: number): Promise<readonly string[]> {
    const rows = await this.manager.find(LateEndEntity, { where: { gid: MoreThan(gid) }, order: { gid: 'ASC' }, take: limit });
    return rows.map((row) => row.gid);
  }

  async forget(gids: readonly string[]): Promise<void> {
    if (gids.length > 0) await this.manager.delete(LateEndEntity, { gid: In([...gids]) });
  }
}
