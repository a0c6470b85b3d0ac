/**
 * Where the audit tells of a deed: under its own id that it was done, under one beside it that it was refused or was so already. Someone who asks again
 * while the first request is still on its way may be refused what that one does a moment later: both are true, and both are kept.
 */
import type { AuditRow, TransactionStore } from '../ports/transaction-store.js';

/** The place of a UUID's version. */
const VERSION_AT = 14;
/** The version whose bits are the application's own (RFC 9562, 5.8). */
const OWN_VERSION = '8';

/** The id under which the audit tells that the deed of this id was not done. */
export function noteIdOf(deedId: string): string {
  return `${deedId.slice(0, VERSION_AT)}${OWN_VERSION}${deedId.slice(VERSION_AT + 1)}`;
}

/** Deed id -> what became of it; nothing for those of which the audit does not tell. What was done counts more than what was refused. Throws `StoreUnavailableError`. */
export async function readTold(
  store: Pick<TransactionStore, 'findAudit'>,
  deedIds: readonly string[],
): Promise<ReadonlyMap<string, AuditRow>> {
  const rows = await store.findAudit(deedIds.flatMap((id) => [id, noteIdOf(id)]));
  const byId = new Map(rows.map((row) => [row.id, row]));
  const told = new Map<string, AuditRow>();
  for (const id of deedIds) {
    const row = byId.get(id) ?? byId.get(noteIdOf(id));
    if (row !== undefined) told.set(id, row);
  }
  return told;
}
