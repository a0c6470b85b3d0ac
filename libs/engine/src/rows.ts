/** Reads a transaction back from its row. */
import { type Definition, load, type Policy, type Transaction, type TransactionView, view } from '@assent/protocol';
import type { Policies } from './policies.js';
import type { StoredTransaction } from './ports/transaction-store.js';

/** Throws what the machine throws for a row that it cannot read, and `StoreUnavailableError` when its policy is not known yet and cannot be read. */
export async function transactionOf(row: StoredTransaction, policies: Policies): Promise<Transaction> {
  const { policy: ref } = JSON.parse(row.definition) as Definition;
  const policy = policies.known(ref) ?? (await policies.find(ref));
  if (policy === null) throw new Error(`policy ${ref.name} version ${ref.version} of transaction ${row.gid} does not exist`);
  return loadWith(row, policy);
}

/** As `transactionOf`, at once; `null` when its policy is not in memory. Throws what the machine throws. */
export function transactionIfKnown(row: StoredTransaction, policies: Policies): Transaction | null {
  const { policy: ref } = JSON.parse(row.definition) as Definition;
  const policy = policies.known(ref);
  return policy === null ? null : loadWith(row, policy);
}

export async function viewOfRow(row: StoredTransaction, policies: Policies): Promise<TransactionView> {
  // Of one that was emptied the row alone knows.
  return { ...view(await transactionOf(row, policies), row.version, row.finishedAtMs), mixed: row.mixed };
}

function loadWith(row: StoredTransaction, policy: Policy): Transaction {
  const { gid, name, businessKey, createdBy, createdAtMs, status, mixed, paused, definition, progress, version, finishedAtMs } = row;
  const origin = { gid, name, businessKey, createdBy, createdAtMs };
  return load({ origin, image: { status, mixed, paused, definition, progress }, policy, version, finishedAtMs });
}
