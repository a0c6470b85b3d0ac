/** `Outbox` over the maps of a `MemoryDatabase`. */
import type { Backlog, EventKey, EventRow, Incarnation, Outbox } from '@assent/engine';
import type { KeptEvent, MemoryDatabase } from './memory-database.js';

export class MemoryOutbox implements Outbox {
  constructor(private readonly database: MemoryDatabase) {}

  async readEvents(incarnation: Incarnation, limit: number): Promise<readonly EventRow[]> {
    return this.own(incarnation)
      .filter((row) => !this.waits(row))
      .slice(0, limit)
      .map(({ incarnation: _incarnation, ...row }) => row);
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
