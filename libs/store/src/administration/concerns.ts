/** What somebody should be told of, as the tables of transactions show it: parked, mixed, and unfinished for too long. */
import { type DataSource, In, IsNull, LessThanOrEqual, type SelectQueryBuilder } from 'typeorm';
import { AttentionEntity, CoordinatorNodeEntity, GlobalTransactionEntity } from '../schema/index.js';

export interface FoundConcern {
  readonly gid: string;
  /** In words, for the message. */
  readonly detail: string;
}

export class Concerns {
  constructor(private readonly dataSource: DataSource) {}

  /** Transactions parked, or ended mixed, since `beforeMs` at the latest; oldest first. A scan of `attention`, which holds only what waits. */
  async needingAttention(kind: 'parked' | 'mixed', beforeMs: number, limit: number): Promise<readonly FoundConcern[]> {
    const rows = await this.dataSource.getRepository(AttentionEntity).find({
      where: { kind, sinceMs: LessThanOrEqual(beforeMs) },
      order: { sinceMs: 'ASC', gid: 'ASC' },
      take: limit,
    });
    const byGid = new Map<string, FoundConcern>();
    for (const { gid, branch, code, participant } of rows) {
      const place = [branch, participant].filter((word) => word !== '').join(' of ');
      if (!byGid.has(gid))
        byGid.set(gid, { gid, detail: `${place === '' ? 'the transaction' : place} is ${kind}${code === '' ? '' : `: ${code}`}` });
    }
    return [...byGid.values()];
  }

  /**
   * Unfinished transactions begun at `beforeMs` at the latest. What is driven has an owner, what rests and is owed something has a time: both indexes hold
   * only those. What is parked or paused without a deadline has neither, and is found by its attention. Index: (owner), (due_at), primary.
   */
  async unfinishedSince(beforeMs: number, limit: number): Promise<readonly FoundConcern[]> {
    const unfinished = () => this.begunBy(beforeMs).take(limit);
    const driven = await unfinished().andWhere('t.owner > 0').getMany();
    const resting = await unfinished().andWhere('t.dueAtMs > 0').getMany();
    // However young its attention is: it may have been parked only now.
    const standing = await unfinished()
      .andWhere((query) => {
        const waiting = query.subQuery().select('a.gid').from(AttentionEntity, 'a').where("a.kind IN ('parked', 'paused')").getQuery();
        return `t.gid IN ${waiting}`;
      })
      .getMany();
    const found = new Map([...driven, ...resting, ...standing].map((row) => [row.gid, row]));
    return [...found.values()]
      .toSorted((a, b) => a.createdAtMs - b.createdAtMs)
      .slice(0, limit)
      .map(({ gid, name, status }) => ({ gid, detail: `${name} is still ${status}` }));
  }

  /** The sign keeps SQLite from going by the beginning: what has ended since the first day would be read. */
  private begunBy(beforeMs: number): SelectQueryBuilder<GlobalTransactionEntity> {
    return this.dataSource
      .getRepository(GlobalTransactionEntity)
      .createQueryBuilder('t')
      .select(['t.gid', 't.status', 't.name', 't.createdAtMs'])
      .where('+(t.createdAtMs) <= :beforeMs AND t.finishedAtMs IS NULL', { beforeMs });
  }

  /** Which of these transactions still are as the kind says. Index: primary of both tables. */
  async still(kind: 'parked' | 'mixed' | 'stuck', gids: readonly string[]): Promise<ReadonlySet<string>> {
    if (gids.length === 0) return new Set();
    if (kind === 'stuck') {
      const rows = await this.dataSource.getRepository(GlobalTransactionEntity).find({
        select: { gid: true },
        where: { gid: In([...gids]), finishedAtMs: IsNull() },
      });
      return new Set(rows.map(({ gid }) => gid));
    }
    const rows = await this.dataSource.getRepository(AttentionEntity).find({ select: { gid: true }, where: { gid: In([...gids]), kind } });
    return new Set(rows.map(({ gid }) => gid));
  }

  /** True when a node of this name is alive. Index: (state, name). */
  isAlive(node: string): Promise<boolean> {
    return this.dataSource.getRepository(CoordinatorNodeEntity).existsBy({ state: 'alive', name: node });
  }
}
