/** Makes and revokes API keys. Each change is one database transaction with its row of the audit, and counts at this node at once. */
import { ApiKeyTable, inTransaction, type ListedKey, MOST_API_KEYS, recordAudit } from '@assent/store';
import type { DataSource, EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { hashOfKey, makeApiKey, type Role } from '../../access/index.js';
import { ApiError } from '../../errors/index.js';

export interface NewKey {
  readonly principal: string;
  readonly role: Role;
  readonly expiresAtMs: number | null;
  readonly by: string;
}

/** A key that was just made: the only time that `key` is shown. */
export interface MadeKey extends ListedKey {
  readonly key: string;
}

/** What this node knows of keys beside the table. */
export interface KnownKeys {
  /** Counts what has changed from now on. */
  refresh(): Promise<void>;
  isConfigured(principal: string): boolean;
}

export class KeyAdministration {
  private readonly table: ApiKeyTable;

  constructor(
    private readonly dataSource: DataSource,
    private readonly known: KnownKeys,
    private readonly nowMs: () => number,
  ) {
    this.table = new ApiKeyTable(dataSource);
  }

  /** Throws `ApiError` `principal_conflict` when the principal has another role, or its keys are the configuration's. */
  async make({ principal, role, expiresAtMs, by }: NewKey): Promise<MadeKey> {
    if (this.known.isConfigured(principal)) throw new ApiError('principal_conflict', `"${principal}" has its key in ASSENT_API_KEYS.`);
    const key = makeApiKey();
    const row = {
      id: uuidv7(),
      principal,
      role,
      createdBy: by,
      createdAtMs: this.nowMs(),
      expiresAtMs,
      revokedBy: null,
      revokedAtMs: null,
    };
    await inTransaction(this.dataSource, async (manager) => {
      const standing = await this.table.standing(manager, principal);
      if (standing.role !== null && standing.role !== role) {
        throw new ApiError('principal_conflict', `"${principal}" has keys with the role ${standing.role}; revoke them first.`);
      }
      if (standing.keys >= MOST_API_KEYS) throw new ApiError('principal_conflict', `There are ${MOST_API_KEYS} keys; revoke some first.`);
      await this.table.insert(manager, { ...row, hash: hashOfKey(key) });
      await this.record(manager, by, 'key_made', '', { key: row.id, principal, role, expiresAt: expiresAtMs });
    });
    await this.known.refresh();
    return { ...row, key };
  }

  list(afterId: string, limit: number): Promise<readonly ListedKey[]> {
    return this.table.list(afterId, limit);
  }

  /** Revoking twice is the same as once. Throws `ApiError` `key_not_found`. */
  async revoke(id: string, by: string, reason: string): Promise<ListedKey> {
    const revoked = await inTransaction(this.dataSource, async (manager) => {
      const isNew = await this.table.revoke(manager, id, by, this.nowMs());
      const row = await this.table.find(manager, id);
      if (row === null) throw new ApiError('key_not_found', `There is no key ${id}.`);
      if (isNew) await this.record(manager, by, 'key_revoked', reason, { key: id, principal: row.principal, role: row.role });
      return row;
    });
    await this.known.refresh();
    const { hash: _hash, ...listed } = revoked;
    return listed;
  }

  private record(manager: EntityManager, principal: string, action: string, reason: string, detail: object): Promise<void> {
    const row = { id: uuidv7(), gid: '', atMs: this.nowMs(), principal, action, reason, detail: JSON.stringify(detail) };
    return recordAudit(manager, row);
  }
}
