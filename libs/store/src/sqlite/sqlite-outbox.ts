/** `Outbox` on SQLite: on the writer's own connection, where nothing else can hold a lock. */
import type { Backlog, EventKey, EventRow, Incarnation, Outbox } from '@assent/engine';
import { MOST_COUNTED } from '../rows.js';
import type { SqliteStatements } from './statements.js';

/** How the store lets work run on its connection. Both throw `StoreUnavailableError`. */
export interface SqliteAccess {
  read<Result>(work: (statements: SqliteStatements) => Result): Result;
  /** All of `work`, or nothing of it. */
  write<Result>(work: (statements: SqliteStatements) => Result): Result;
}

/** libsql adds properties of its own to a row, and hands bytes over where a text might hold a NUL. */
interface Stored {
  readonly gid: string;
  readonly version: number;
  readonly name: Buffer;
  readonly status: EventRow['status'];
  readonly body: Buffer;
  readonly atMs: number;
}

export class SqliteOutbox implements Outbox {
  constructor(private readonly access: SqliteAccess) {}

  async readEvents(incarnation: Incarnation, limit: number): Promise<readonly EventRow[]> {
    const rows = this.access.read((statements) => statements.events.all(incarnation, limit) as Stored[]);
    return rows.map(({ gid, version, name, status, body, atMs }) => ({
      gid,
      version,
      name: textOf(name),
      status,
      body: textOf(body),
      atMs,
    }));
  }

  async deleteEvents(keys: readonly EventKey[]): Promise<void> {
    this.access.write((statements) => {
      for (const { gid, version } of keys) statements.deleteEvent.run(gid, version);
    });
  }

  async adoptEvents(incarnation: Incarnation, limit: number): Promise<number> {
    return this.access.write((statements) => statements.adoptEvents.run(incarnation, limit).changes);
  }

  async backlog(incarnation: Incarnation): Promise<Backlog> {
    return this.access.read((statements) => {
      const counted = statements.countEvents.get(incarnation, MOST_COUNTED) as { n: number };
      const oldest = statements.oldestEvent.get(incarnation) as { atMs: number } | undefined;
      return { rows: counted.n, oldestAtMs: oldest?.atMs ?? null };
    });
  }
}

function textOf(bytes: Buffer): string {
  return Buffer.from(bytes).toString('utf8');
}
