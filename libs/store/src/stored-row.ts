/** A row of `global_transaction` as the drivers hand it over, and as the engine knows it. */
import type { StoredTransaction } from '@assent/engine';
import type { Status } from '@assent/protocol';

/** Integers may come as text, flags as 0 and 1, texts as bytes. */
export interface StoredRow {
  readonly gid: string;
  readonly status: Status;
  readonly pattern: string;
  readonly mixed: number;
  readonly paused: number;
  readonly owner: string | null;
  readonly due_at: number | string | null;
  readonly version: number;
  readonly flush: string;
  readonly name: string | Buffer;
  readonly business_key: string | Buffer | null;
  readonly created_by: string | Buffer;
  readonly content_hash: Buffer;
  readonly definition: string | Buffer;
  readonly progress: string | Buffer;
  readonly created_at: number | string;
  readonly finished_at: number | string | null;
}

export function storedTransaction(row: StoredRow): StoredTransaction {
  return {
    gid: row.gid,
    status: row.status,
    pattern: row.pattern,
    mixed: row.mixed === 1,
    paused: row.paused === 1,
    owner: row.owner,
    dueAtMs: row.due_at === null ? null : Number(row.due_at),
    version: row.version,
    flush: row.flush,
    name: row.name.toString(),
    businessKey: row.business_key === null ? null : row.business_key.toString(),
    createdBy: row.created_by.toString(),
    contentHash: row.content_hash.toString('hex'),
    definition: row.definition.toString(),
    progress: row.progress.toString(),
    createdAtMs: Number(row.created_at),
    finishedAtMs: row.finished_at === null ? null : Number(row.finished_at),
  };
}
