/** Which database a seed runs on: every tenth on the SQL of the SQLite adapter, in memory, the others on maps. */
import { type OpenBackend, openMemory, prepareSqlite } from '@assent/testing';

const EVERY_SO_MANY = 10;

export class Backends {
  private constructor(
    /** `null` where the one SQLite driver that a simulation can use is missing. */
    readonly sqlite: OpenBackend | null,
  ) {}

  static async prepare(): Promise<Backends> {
    try {
      return new Backends(await prepareSqlite());
    } catch {
      return new Backends(null);
    }
  }

  isOnSqlite(seed: number): boolean {
    return this.sqlite !== null && seed % EVERY_SO_MANY === 0;
  }

  of(seed: number): OpenBackend {
    return this.sqlite !== null && this.isOnSqlite(seed) ? this.sqlite : openMemory;
  }
}
