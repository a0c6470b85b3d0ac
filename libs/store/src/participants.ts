/** The registry of participants: who they are, where they are reached, how many calls each takes at once. */
import type { DataSource, Repository } from 'typeorm';
import { ParticipantEntity } from './schema/index.js';

export interface ParticipantRow {
  readonly name: string;
  readonly baseUrl: string;
  /** `null`: the key is kept elsewhere. */
  readonly signingKey: string | null;
  /** Calls in the air at once. */
  readonly concurrency: number;
}

export class ParticipantRegistry {
  private readonly rows: Repository<ParticipantEntity>;

  constructor(dataSource: DataSource) {
    this.rows = dataSource.getRepository(ParticipantEntity);
  }

  /** All of them, by name. */
  async all(): Promise<readonly ParticipantRow[]> {
    return (await this.rows.find({ order: { name: 'ASC' } })).map((row) => ({ ...row }));
  }

  /** Enters or replaces one. Two nodes may do so at once: an insert that comes second becomes an update. */
  async save(row: ParticipantRow): Promise<void> {
    if (await this.replaced(row)) return;
    try {
      await this.rows.insert({ ...row });
    } catch (cause) {
      if (!(await this.replaced(row))) throw cause;
    }
  }

  private async replaced({ name, ...rest }: ParticipantRow): Promise<boolean> {
    if (!(await this.rows.existsBy({ name }))) return false;
    await this.rows.update({ name }, rest);
    return true;
  }
}
