/** The table of API keys. Only hashes are in it. */
import { type DataSource, type EntityManager, IsNull, MoreThan } from 'typeorm';
import { ApiKeyEntity } from '../schema/index.js';
import { takeTurn } from './turns.js';

/** Keys in force at one time; every node holds them all in memory. */
export const MOST_API_KEYS = 10_000;

/** A row of the list, which shows no hash. */
export type ListedKey = Omit<ApiKeyEntity, 'hash'>;

export class ApiKeyTable {
  constructor(private readonly dataSource: DataSource) {}

  /** Keys that are not revoked; those that have expired are among them. */
  async inForce(): Promise<readonly ApiKeyEntity[]> {
    return this.dataSource.getRepository(ApiKeyEntity).find({ where: { revokedAtMs: IsNull() }, take: MOST_API_KEYS });
  }

  /** All keys that ever were, by id, `limit` of them after the id given. Index: primary. */
  async list(afterId: string, limit: number): Promise<readonly ListedKey[]> {
    const rows = await this.dataSource
      .getRepository(ApiKeyEntity)
      .find({ where: { id: MoreThan(afterId) }, order: { id: 'ASC' }, take: limit });
    return rows.map(({ hash: _hash, ...row }) => row);
  }

  async find(manager: EntityManager, id: string): Promise<ApiKeyEntity | null> {
    return manager.findOneBy(ApiKeyEntity, { id });
  }

  /**
   * How many keys are in force, and the role of the principal's own, if it has one. Nobody else makes a key before the transaction has ended: two roles of
   * one principal would both find it without any. Index: (principal).
   */
  async standing(
    manager: EntityManager,
    principal: string,
  ): Promise<{ readonly keys: number; readonly role: ApiKeyEntity['role'] | null }> {
    await takeTurn(manager, 'api-keys');
    const keys = await manager.countBy(ApiKeyEntity, { revokedAtMs: IsNull() });
    const own = await manager.findOneBy(ApiKeyEntity, { principal, revokedAtMs: IsNull() });
    return { keys, role: own?.role ?? null };
  }

  async insert(manager: EntityManager, row: ApiKeyEntity): Promise<void> {
    await manager.insert(ApiKeyEntity, row);
  }

  /** False when it had been revoked before. */
  async revoke(manager: EntityManager, id: string, by: string, atMs: number): Promise<boolean> {
    const { affected } = await manager.update(ApiKeyEntity, { id, revokedAtMs: IsNull() }, { revokedBy: by, revokedAtMs: atMs });
    return affected === 1;
  }
}
