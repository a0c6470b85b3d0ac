/** Requests that may be repeated by their key: what was asked under it, and how it was answered. */
import { type DataSource, IsNull, LessThan, LessThanOrEqual } from 'typeorm';
import { inTurn, isDuplicate } from '../administration/index.js';
import { IdempotencyKeyEntity } from '../schema/index.js';

/** One request under its key. */
export interface KeptRequest {
  readonly principal: string;
  readonly name: string;
  readonly hash: string;
  /** The id under which the audit tells of what it did. */
  readonly deed: string;
  readonly answer: string | null;
  readonly createdAtMs: number;
}

export class IdempotencyKeys {
  constructor(private readonly dataSource: DataSource) {}

  /** Keeps the request; `null`: nobody had used its key. Otherwise what is kept under it. Of two that come at once one is told of the other. */
  async claim(request: Omit<KeptRequest, 'answer'>): Promise<KeptRequest | null> {
    const { principal, name } = request;
    try {
      await inTurn(this.dataSource, (manager) => manager.insert(IdempotencyKeyEntity, { ...request, answer: null }));
      return null;
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      const kept = await this.rows.findOneBy({ principal, name });
      // It was forgotten between the two statements: whoever repeats finds the key free.
      if (kept === null) throw error;
      return kept;
    }
  }

  /** Keeps the answer, as JSON. */
  async answer({ principal, name }: Pick<KeptRequest, 'principal' | 'name'>, answer: string): Promise<void> {
    await inTurn(this.dataSource, (manager) => manager.update(IdempotencyKeyEntity, { principal, name }, { answer }));
  }

  /** Nothing was done under this key: the next request with it is a new one. */
  async release({ principal, name }: Pick<KeptRequest, 'principal' | 'name'>): Promise<void> {
    await inTurn(this.dataSource, (manager) => manager.delete(IdempotencyKeyEntity, { principal, name, answer: IsNull() }));
  }

  /** Forgets about `limit` requests of before that moment, the oldest; returns how many they were. Index: (created_at). */
  async forget(beforeMs: number, limit: number): Promise<number> {
    const old = await this.rows.find({ where: { createdAtMs: LessThan(beforeMs) }, order: { createdAtMs: 'ASC' }, take: limit });
    const youngest = old.at(-1);
    if (youngest === undefined) return 0;
    const among = { createdAtMs: LessThanOrEqual(youngest.createdAtMs) };
    await inTurn(this.dataSource, (manager) => manager.delete(IdempotencyKeyEntity, among));
    return old.length;
  }

  private get rows() {
    return this.dataSource.getRepository(IdempotencyKeyEntity);
  }
}
