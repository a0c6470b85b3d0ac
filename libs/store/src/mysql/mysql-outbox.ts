/** `Outbox` on MySQL and MariaDB, over the pool: the relay's reads and deletions never stand in the way of a flush. */
import type { Backlog, EventKey, EventRow, Incarnation, Outbox } from '@assent/engine';
import type { DataSource } from 'typeorm';
import { MOST_COUNTED } from '../rows.js';
import type { MysqlReads } from './reads.js';
import { adoptEvents, backlog, deleteEvents, READ_ORPHANED, readEvents } from './sql/index.js';

type Stored = Omit<EventRow, 'atMs'> & { readonly atMs: number | string };

interface Counted {
  readonly n: number | string;
  readonly oldestAtMs: number | string | null;
}

export class MysqlOutbox implements Outbox {
  constructor(
    private readonly dataSource: DataSource,
    private readonly reads: Pick<MysqlReads, 'guarded'>,
  ) {}

  async readEvents(incarnation: Incarnation, limit: number): Promise<readonly EventRow[]> {
    const rows = await this.query<Stored[]>(readEvents(incarnation, limit));
    return rows.map((row) => ({ ...row, atMs: Number(row.atMs) }));
  }

  async deleteEvents(keys: readonly EventKey[]): Promise<void> {
    for (const statement of deleteEvents(keys)) await this.query(statement);
  }

  async adoptEvents(incarnation: Incarnation, limit: number): Promise<number> {
    let adopted = 0;
    for (const orphaned of await this.query<{ incarnation: string }[]>(READ_ORPHANED)) {
      if (adopted >= limit) break;
      const { affectedRows } = await this.query<{ affectedRows: number }>(
        adoptEvents(String(orphaned.incarnation), incarnation, limit - adopted),
      );
      adopted += affectedRows;
    }
    return adopted;
  }

  async backlog(incarnation: Incarnation): Promise<Backlog> {
    const [row] = await this.query<Counted[]>(backlog(incarnation, MOST_COUNTED));
    const oldestAtMs = row?.oldestAtMs ?? null;
    return { rows: Number(row?.n ?? 0), oldestAtMs: oldestAtMs === null ? null : Number(oldestAtMs) };
  }

  private query<Result>(sql: string): Promise<Result> {
    return this.reads.guarded(() => this.dataSource.query<Result>(sql));
  }
}
