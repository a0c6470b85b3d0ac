/** `Outbox` on MySQL and MariaDB, over the pool: the relay's reads and deletions never stand in the way of a flush. */
import type { Backlog, EventKey, EventRow, Incarnation, Outbox, RefusedEvent, WaitingEvent } from '@assent/engine';
import type { DataSource } from 'typeorm';
import { MOST_COUNTED } from '../rows.js';
import type { MysqlReads } from './reads.js';
import {
  adoptEvents,
  backlog,
  countRefused,
  deleteEvents,
  deleteRefused,
  noteRefused,
  READ_ORPHANED,
  readEvents,
  readRefused,
  setAside,
} from './sql/index.js';

type Stored = Omit<EventRow, 'atMs'> & { readonly atMs: number | string };
type StoredWaiting = Stored & { readonly isBehind: number | string };

interface Counted {
  readonly n: number | string;
  readonly oldestAtMs: number | string | null;
}

export class MysqlOutbox implements Outbox {
  constructor(
    private readonly dataSource: DataSource,
    private readonly reads: Pick<MysqlReads, 'guarded'>,
  ) {}

  async readEvents(incarnation: Incarnation, limit: number): Promise<readonly WaitingEvent[]> {
    const rows = await this.query<StoredWaiting[]>(readEvents(incarnation, limit));
    return rows.map((row) => ({ ...row, atMs: Number(row.atMs), isBehind: Number(row.isBehind) === 1 }));
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

  setAside(events: readonly RefusedEvent[], nowMs: number): Promise<void> {
    return this.reads.guarded(() =>
      this.dataSource.transaction(async (manager) => {
        for (const event of events) await manager.query(setAside(event, nowMs));
        for (const statement of deleteEvents(events)) await manager.query(statement);
      }),
    );
  }

  async readRefused(triedBeforeMs: number, limit: number): Promise<readonly EventRow[]> {
    const rows = await this.query<Stored[]>(readRefused(triedBeforeMs, limit));
    return rows.map((row) => ({ ...row, atMs: Number(row.atMs) }));
  }

  async noteRefused(keys: readonly EventKey[], nowMs: number): Promise<void> {
    for (const statement of noteRefused(keys, nowMs)) await this.query(statement);
  }

  async deleteRefused(keys: readonly EventKey[]): Promise<void> {
    for (const statement of deleteRefused(keys)) await this.query(statement);
  }

  async countRefused(): Promise<number> {
    const [row] = await this.query<Pick<Counted, 'n'>[]>(countRefused(MOST_COUNTED));
    return Number(row?.n ?? 0);
  }

  private query<Result>(sql: string): Promise<Result> {
    return this.reads.guarded(() => this.dataSource.query<Result>(sql));
  }
}
