/** `Outbox` over the maps of a `MemoryDatabase`. */
import type { Backlog, EventKey, EventRow, Incarnation, Outbox, RefusedEvent, WaitingEvent } from '@assent/engine';
import type { KeptEvent, MemoryDatabase } from './memory-database.js';

export class MemoryOutbox implements Outbox {
  constructor(private readonly database: MemoryDatabase) {}

  async readEvents(incarnation: Incarnation, limit: number): Promise<readonly WaitingEvent[]> {
    return this.own(incarnation)
      .filter((row) => !this.waits(row))
      .slice(0, limit)
      .map(({ incarnation: _incarnation, ...row }) => ({ ...row, isBehind: this.isBehind(row) }));
  }

  async deleteEvents(keys: readonly EventKey[]): Promise<void> {
    for (const { gid, version } of keys) this.database.events.delete(`${gid}:${version}`);
  }

  async adoptEvents(incarnation: Incarnation, limit: number): Promise<number> {
    const { events, nodes } = this.database;
    const orphaned = [...events].filter(([, row]) => nodes.get(row.incarnation)?.state !== 'alive').slice(0, limit);
    for (const [key, row] of orphaned) events.set(key, { ...row, incarnation });
    return orphaned.length;
  }

  async backlog(incarnation: Incarnation): Promise<Backlog> {
    const own = this.own(incarnation);
    return { rows: own.length, oldestAtMs: own[0]?.atMs ?? null };
  }

  async setAside(events: readonly RefusedEvent[], nowMs: number): Promise<void> {
    const database = this.database;
    for (const { gid, version, cause } of events) {
      const key = `${gid}:${version}`;
      const kept = database.events.get(key);
      if (kept === undefined) continue;
      const { incarnation: _incarnation, ...row } = kept;
      database.refused.set(key, { ...row, cause, triedAtMs: nowMs });
      database.events.delete(key);
    }
  }

  async readRefused(triedBeforeMs: number, limit: number): Promise<readonly EventRow[]> {
    return [...this.database.refused.values()]
      .filter((row) => row.triedAtMs < triedBeforeMs && !this.isBehind(row))
      .toSorted((a, b) => a.triedAtMs - b.triedAtMs)
      .slice(0, limit)
      .map(({ cause: _cause, triedAtMs: _triedAtMs, ...row }) => row);
  }

  async noteRefused(keys: readonly EventKey[], nowMs: number): Promise<void> {
    for (const { gid, version } of keys) {
      const row = this.database.refused.get(`${gid}:${version}`);
      if (row !== undefined) this.database.refused.set(`${gid}:${version}`, { ...row, triedAtMs: nowMs });
    }
  }

  async deleteRefused(keys: readonly EventKey[]): Promise<void> {
    for (const { gid, version } of keys) this.database.refused.delete(`${gid}:${version}`);
  }

  async countRefused(): Promise<number> {
    return this.database.refused.size;
  }

  private isBehind({ gid, version }: EventKey): boolean {
    return [...this.database.refused.values()].some((other) => other.gid === gid && other.version < version);
  }

  private own(incarnation: Incarnation): readonly KeptEvent[] {
    return [...this.database.events.values()].filter((row) => row.incarnation === incarnation).toSorted(inOrder);
  }

  private waits(row: KeptEvent): boolean {
    return [...this.database.events.values()].some(
      (other) => other.gid === row.gid && other.version < row.version && (other.incarnation !== row.incarnation || other.atMs > row.atMs),
    );
  }
}

function inOrder(a: KeptEvent, b: KeptEvent): number {
  if (a.atMs !== b.atMs) return a.atMs - b.atMs;
  return a.gid === b.gid ? a.version - b.version : a.gid < b.gid ? -1 : 1;
}
