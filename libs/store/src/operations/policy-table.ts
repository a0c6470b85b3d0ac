/** Retry policies as rows: versions are added, never changed; a name may be retired. Each change and its audit row are one database transaction. */
import type { AuditRow } from '@assent/engine';
import type { Policy } from '@assent/protocol';
import type { DataSource } from 'typeorm';
import { inTransaction, isDuplicate, recordAudit } from '../administration/index.js';
import { PolicyRetirementEntity, RetryPolicyEntity } from '../schema/index.js';

export class PolicyTable {
  constructor(private readonly dataSource: DataSource) {}

  /** Adds a version; false when there is one of this number already. Index: primary. */
  add(policy: Omit<Policy, 'isRetired'>, createdBy: string, audit: AuditRow): Promise<boolean> {
    return this.unlessThere(async (manager) => {
      await manager.insert(RetryPolicyEntity, { ...policy, createdBy });
      await recordAudit(manager, audit);
    });
  }

  /** Retires a name; false when it is retired already. */
  retire(name: string, retiredAtMs: number, audit: AuditRow): Promise<boolean> {
    const { principal, reason } = audit;
    return this.unlessThere(async (manager) => {
      await manager.insert(PolicyRetirementEntity, { name, retiredBy: principal, reason, retiredAtMs });
      await recordAudit(manager, audit);
    });
  }

  private async unlessThere(work: Parameters<typeof inTransaction<void>>[1]): Promise<boolean> {
    try {
      await inTransaction(this.dataSource, work);
      return true;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }
}
