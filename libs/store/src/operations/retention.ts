/**
 * Takes away what is old, a small batch at a time, in the order of (created_at, gid): a batch costs the same whatever the table holds. How far a pass has
 * come is kept, so that rows it has seen are not looked at again. Every batch is one short database transaction.
 */
import type { Status } from '@assent/protocol';
import { type DataSource, type EntityManager, In } from 'typeorm';
import { databaseMoment, inTransaction } from '../administration/index.js';
import { AttemptLogEntity, AttentionEntity, GlobalTransactionEntity, HousekeepingEntity } from '../schema/index.js';

/** Milliseconds. */
export interface RetentionTimes {
  /** Finished transactions keep what was asked, and what failed on the way, for so long. */
  readonly keepFinishedMs: number;
  /** Their rows stay for so long: until then a repeated begin is told from a new one. */
  readonly retentionMs: number;
}

/** How many transactions a batch looked at, emptied, deleted, and flagged because they are undecided and older than anything that is kept. */
export interface Purged {
  readonly looked: number;
  readonly emptied: number;
  readonly deleted: number;
  readonly flagged: number;
}

/** `empty`: what was asked and what failed goes. `delete`: the row goes. */
export type Pass = 'empty' | 'delete';

interface Key {
  readonly gid: string;
  readonly created_at: string | number;
  readonly finished_at: string | number | null;
  readonly status: Status;
  readonly owner: string | null;
}

interface Position {
  readonly atMs: number;
  readonly gid: string;
}

const START: Position = { atMs: -1, gid: '' };
const UNDECIDED = 'undecided_at_retention';

export class Retention {
  constructor(
    private readonly dataSource: DataSource,
    private readonly times: RetentionTimes,
  ) {}

  /** One batch of at most `limit` transactions. `looked` below `limit`: the pass has come to its end. */
  purge(pass: Pass, limit: number): Promise<Purged> {
    return inTransaction(this.dataSource, async (manager) => {
      const nowMs = await databaseMoment(manager);
      const keys = await this.keys(manager, pass, await this.position(manager, pass), nowMs, limit);
      const plan = this.planOf(pass, keys, nowMs);
      if (plan.going.length > 0) await this.take(manager, pass, plan.going);
      if (plan.undecided.length > 0) await flag(manager, plan.undecided, nowMs);
      await this.moveOn(manager, pass, keys, limit);
      return countsOf(pass, keys, plan);
    });
  }

  /** What the next `limit` transactions of a pass would come to. Changes nothing. */
  async foresee(pass: Pass, limit: number): Promise<Purged> {
    const { manager } = this.dataSource;
    const nowMs = await databaseMoment(manager);
    const keys = await this.keys(manager, pass, await this.position(manager, pass), nowMs, limit);
    return countsOf(pass, keys, this.planOf(pass, keys, nowMs));
  }

  private planOf(
    pass: Pass,
    keys: readonly Key[],
    nowMs: number,
  ): { readonly going: readonly string[]; readonly undecided: readonly string[] } {
    const endedBeforeMs = nowMs - this.times.keepFinishedMs;
    const isOver = ({ finished_at: ended, owner }: Key) => owner === null && ended !== null && Number(ended) < endedBeforeMs;
    const undecided = pass === 'delete' ? keys.filter(({ status }) => status === 'active') : [];
    return { going: keys.filter(isOver).map(({ gid }) => gid), undecided: undecided.map(({ gid }) => gid) };
  }

  /** The next keys of a pass. Index: (created_at, gid), then primary. */
  private keys(manager: EntityManager, pass: Pass, after: Position, nowMs: number, limit: number): Promise<readonly Key[]> {
    const isSqlite = this.dataSource.options.type === 'better-sqlite3';
    const index = isSqlite ? 'INDEXED BY global_transaction_by_created_at' : 'FORCE INDEX(by_created_at)';
    const beforeMs = nowMs - (pass === 'empty' ? this.times.keepFinishedMs : this.times.retentionMs);
    return manager.query<Key[]>(
      `SELECT gid, created_at, finished_at, status, owner FROM global_transaction ${index} ` +
        'WHERE created_at >= ? AND created_at < ? AND (created_at > ? OR gid > ?) ORDER BY created_at, gid LIMIT ?',
      [after.atMs, Math.round(beforeMs), after.atMs, after.gid, limit],
    );
  }

  private async position(manager: EntityManager, pass: Pass): Promise<Position> {
    const row = await manager.findOneBy(HousekeepingEntity, { name: pass });
    return row === null ? START : { atMs: row.atMs, gid: row.gid };
  }

  /**
   * At its end the emptying pass stays where it is: what lies before has been seen, and what was unfinished then goes whole at last. The deleting pass
   * begins again: what it leaves behind is unfinished, and little.
   */
  private async moveOn(manager: EntityManager, pass: Pass, keys: readonly Key[], limit: number): Promise<void> {
    const last = keys.at(-1);
    if (pass === 'delete' && keys.length < limit) {
      await manager.delete(HousekeepingEntity, { name: pass });
      return;
    }
    if (last === undefined) return;
    const position = { atMs: Number(last.created_at), gid: last.gid };
    const moved = await manager.update(HousekeepingEntity, { name: pass }, position);
    if (moved.affected === 0) await manager.insert(HousekeepingEntity, { name: pass, ...position });
  }

  private async take(manager: EntityManager, pass: Pass, gids: readonly string[]): Promise<void> {
    const among = { gid: In([...gids]) };
    await manager.delete(AttemptLogEntity, among);
    if (pass === 'empty') {
      await manager.query(this.emptying(gids.length), [...gids]);
      return;
    }
    await manager.delete(AttentionEntity, among);
    await manager.delete(GlobalTransactionEntity, among);
  }

  /** What is left of a row still reads as a transaction: its decision with the reason, and no branches. Index: primary. */
  private emptying(count: number): string {
    const isSqlite = this.dataSource.options.type === 'better-sqlite3';
    const none = isSqlite ? "json('[]')" : 'JSON_ARRAY()';
    const decision = isSqlite ? "json_extract(progress, '$.decision')" : "JSON_EXTRACT(progress, '$.decision')";
    const kept = isSqlite ? `'{"decision":' || ${decision} || '}'` : `CONCAT('{"decision":', ${decision}, '}')`;
    const progress = `CASE WHEN progress = '' THEN '' ELSE COALESCE(${kept}, '') END`;
    const set = isSqlite ? 'json_set' : 'JSON_SET';
    return (
      `UPDATE global_transaction SET progress = ${progress}, definition = ${set}(definition, '$.branches', ${none}) ` +
      `WHERE gid IN (${Array.from({ length: count }, () => '?').join(', ')}) AND owner IS NULL AND finished_at IS NOT NULL`
    );
  }
}

/** Once each: a flag that is there stays as old as it is. */
async function flag(manager: EntityManager, gids: readonly string[], nowMs: number): Promise<void> {
  const there = await manager.find(AttentionEntity, { where: { gid: In([...gids]), branch: '', kind: 'parked' } });
  const flagged = new Set(there.map(({ gid }) => gid));
  for (const gid of gids.filter((one) => !flagged.has(one))) {
    await manager.insert(AttentionEntity, {
      gid,
      branch: '',
      kind: 'parked',
      code: UNDECIDED,
      participant: '',
      sinceMs: Math.round(nowMs),
    });
  }
}

function countsOf(
  pass: Pass,
  keys: readonly Key[],
  plan: { readonly going: readonly string[]; readonly undecided: readonly string[] },
): Purged {
  const { length } = plan.going;
  return {
    looked: keys.length,
    emptied: pass === 'empty' ? length : 0,
    deleted: pass === 'delete' ? length : 0,
    flagged: plan.undecided.length,
  };
}
