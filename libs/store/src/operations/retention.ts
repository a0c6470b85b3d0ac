/**
 * Takes away what is old, a small batch at a time, in the order of (created_at, gid): a batch costs the same whatever the table holds. How far a pass has
 * come is kept, so that rows it has seen are not looked at again. Every batch is one short database transaction.
 */
import type { Status } from '@assent/protocol';
import { type DataSource, type EntityManager, In } from 'typeorm';
import { databaseMoment, inTransaction } from '../administration/index.js';
import { AttemptLogEntity, AttentionEntity, GlobalTransactionEntity, HousekeepingEntity } from '../schema/index.js';
import { LateEnds } from './late-ends.js';

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

/** `empty`: what was asked and what failed goes. `late`: the same, of those that had not ended when `empty` came by. `delete`: the row goes. */
export type Pass = 'empty' | 'late' | 'delete';

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

/** The transactions of one batch, and how far the pass has come with them. */
interface Look {
  readonly keys: readonly Key[];
  /** Of the late pass: what was noted, whether or not it is there still. */
  readonly noted: readonly string[];
  readonly looked: number;
  readonly last: Position;
  readonly isEnd: boolean;
}

/** Whose turn it is, and who is flagged instead. */
interface Plan {
  readonly going: readonly string[];
  readonly undecided: readonly string[];
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
      const { keys, noted, ...look } = await this.lookAt(manager, pass, nowMs, limit);
      const plan = this.planOf(pass, keys, nowMs);
      if (plan.going.length > 0) await this.take(manager, pass, plan.going);
      const unflagged = await unflaggedOf(manager, plan.undecided);
      await flag(manager, unflagged, nowMs);
      const going = new Set(plan.going);
      const staying = new Set(keys.map(({ gid }) => gid).filter((gid) => !going.has(gid)));
      if (pass === 'empty') await new LateEnds(manager).remember([...staying]);
      await new LateEnds(manager).forget(noted.filter((gid) => !staying.has(gid)));
      await this.moveOn(manager, pass, look);
      return countsOf(pass, look.looked, { going: plan.going, undecided: unflagged });
    });
  }

  /** What the next `limit` transactions of a pass would come to, if the deleting pass went first. Changes nothing. */
  async foresee(pass: Pass, limit: number): Promise<Purged> {
    const { manager } = this.dataSource;
    const nowMs = await databaseMoment(manager);
    const { keys, looked } = await this.lookAt(manager, pass, nowMs, limit);
    const isLeft = ({ created_at: createdAt }: Key) => pass === 'delete' || Number(createdAt) >= nowMs - this.times.retentionMs;
    const { going, undecided } = this.planOf(pass, keys.filter(isLeft), nowMs);
    return countsOf(pass, looked, { going, undecided: await unflaggedOf(manager, undecided) });
  }

  private async lookAt(manager: EntityManager, pass: Pass, nowMs: number, limit: number): Promise<Look> {
    const after = await this.position(manager, pass);
    if (pass === 'late') {
      const noted = await new LateEnds(manager).behind(after.gid, limit);
      const keys = await keysOf(manager, noted);
      return { keys, noted, looked: noted.length, last: { atMs: 0, gid: noted.at(-1) ?? '' }, isEnd: noted.length < limit };
    }
    const keys = await this.keys(manager, pass, after, nowMs, limit);
    const last = keys.at(-1);
    const position = last === undefined ? after : { atMs: Number(last.created_at), gid: last.gid };
    return { keys, noted: [], looked: keys.length, last: position, isEnd: keys.length < limit };
  }

  private planOf(pass: Pass, keys: readonly Key[], nowMs: number): Plan {
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
   * At its end the emptying pass stays where it is: what lies before has been seen, and what had not ended then is noted for the late one. The others
   * begin again: what they leave behind is unfinished, and little.
   */
  private async moveOn(manager: EntityManager, pass: Pass, { last, isEnd }: Pick<Look, 'last' | 'isEnd'>): Promise<void> {
    if (pass !== 'empty' && isEnd) {
      await manager.delete(HousekeepingEntity, { name: pass });
      return;
    }
    if (last.atMs < 0) return;
    const moved = await manager.update(HousekeepingEntity, { name: pass }, last);
    if (moved.affected === 0) await manager.insert(HousekeepingEntity, { name: pass, ...last });
  }

  private async take(manager: EntityManager, pass: Pass, gids: readonly string[]): Promise<void> {
    const among = { gid: In([...gids]) };
    await manager.delete(AttemptLogEntity, among);
    if (pass !== 'delete') {
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

/** Index: primary. */
async function keysOf(manager: EntityManager, gids: readonly string[]): Promise<readonly Key[]> {
  if (gids.length === 0) return [];
  const places = gids.map(() => '?').join(', ');
  return manager.query<Key[]>(`SELECT gid, created_at, finished_at, status, owner FROM global_transaction WHERE gid IN (${places})`, [
    ...gids,
  ]);
}

/** Each is flagged once: a flag that is there stays as old as it is. */
async function unflaggedOf(manager: EntityManager, gids: readonly string[]): Promise<readonly string[]> {
  if (gids.length === 0) return [];
  const there = await manager.find(AttentionEntity, { where: { gid: In([...gids]), branch: '', kind: 'parked' } });
  const flagged = new Set(there.map(({ gid }) => gid));
  return gids.filter((one) => !flagged.has(one));
}

async function flag(manager: EntityManager, gids: readonly string[], nowMs: number): Promise<void> {
  for (const gid of gids) {
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

function countsOf(pass: Pass, looked: number, { going, undecided }: Plan): Purged {
  const { length } = going;
  return { looked, emptied: pass === 'delete' ? 0 : length, deleted: pass === 'delete' ? length : 0, flagged: undecided.length };
}
