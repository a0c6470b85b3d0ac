/**
 * Transactions that the emptying pass came by before they had been over for long enough: those that were under way at that very moment, and those that take
 * days. The pass does not come again; so each is noted, in the table that keeps how far passes have come, until it has been emptied or is gone.
 */
import { createHash } from 'node:crypto';
import { Between, type EntityManager, In } from 'typeorm';
import { HousekeepingEntity } from '../schema/index.js';

export interface Note {
  readonly name: string;
  readonly gid: string;
}

/** Before the names of notes; those of passes are words. A gid may be as long as a name, so that its digest stands for it. */
const PREFIX = 'late-';
/** Behind all names that begin so: `.` comes after `-`. */
const BEHIND = 'late.';

export class LateEnds {
  constructor(private readonly manager: EntityManager) {}

  async remember(keys: readonly { readonly gid: string; readonly created_at: string | number }[]): Promise<void> {
    if (keys.length === 0) return;
    await this.forget(keys.map(({ gid }) => noteOf(gid)));
    await this.manager.insert(
      HousekeepingEntity,
      keys.map(({ gid, created_at: createdAt }) => ({ ...noteOf(gid), atMs: Number(createdAt) })),
    );
  }

  /** The next notes behind this name, in the order of names; empty: from the first on. Index: primary. */
  behind(name: string, limit: number): Promise<readonly Note[]> {
    const from = name === '' ? PREFIX : `${name}!`;
    return this.manager.find(HousekeepingEntity, { where: { name: Between(from, BEHIND) }, order: { name: 'ASC' }, take: limit });
  }

  async forget(notes: readonly Note[]): Promise<void> {
    if (notes.length > 0) await this.manager.delete(HousekeepingEntity, { name: In(notes.map((note) => note.name)) });
  }
}

function noteOf(gid: string): Note {
  return { name: `${PREFIX}${createHash('sha256').update(gid).digest('hex').slice(0, 40)}`, gid };
}
