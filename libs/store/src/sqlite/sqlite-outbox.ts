/** `Outbox` on SQLite: on the writer's own connection, where nothing else can hold a lock. */
import type { Backlog, EventKey, EventRow, Incarnation, Outbox, RefusedEvent, WaitingEvent } from '@assent/engine';
import { columnLimits, cutText } from '../limits.js';
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

  async readEvents(incarnation: Incarnation, limit: number): Promise<readonly WaitingEvent[]> {
    const rows = this.access.read((statements) => statements.events.all(incarnation, limit) as (Stored & { readonly isBehind: number })[]);
    return rows.map((row) => ({ ...eventOf(row), isBehind: row.isBehind === 1 }));
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

  async setAside(events: readonly RefusedEvent[], nowMs: number): Promise<void> {
    this.access.write((statements) => {
      for (const { gid, version, cause } of events) {
        statements.setAside.run(cutText(cause, columnLimits.message), Math.round(nowMs), gid, version);
        statements.deleteEvent.run(gid, version);
      }
    });
  }

  async readRefused(triedBeforeMs: number, limit: number): Promise<readonly EventRow[]> {
    const rows = this.access.read((statements) => statements.refused.all(Math.round(triedBeforeMs), limit) as Stored[]);
    return rows.map(eventOf);
  }

  async noteRefused(keys: readonly EventKey[], nowMs: number): Promise<void> {
    this.access.write((statements) => {
      for (const { gid, version } of keys) statements.noteRefused.run(Math.round(nowMs), gid, version);
    });
  }

  async deleteRefused(keys: readonly EventKey[]): Promise<void> {
    this.access.write((statements) => {
      for (const { gid, version } of keys) statements.deleteRefused.run(gid, version);
    });
  }

  async countRefused(): Promise<number> {
    return this.access.read((statements) => (statements.countRefused.get(MOST_COUNTED) as { n: number }).n);
  }
}

function eventOf({ gid, version, name, status, body, atMs }: Stored): EventRow {
  return { gid, version, name: textOf(name), status, body: textOf(body), atMs };
}

function textOf(bytes: Buffer): string {
  return Buffer.from(bytes).toString('utf8');
}
