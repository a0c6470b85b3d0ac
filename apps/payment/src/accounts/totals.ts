/** All money together, for whoever checks that nothing was lost. */
import type { EntityManager } from 'typeorm';
import { merchantId } from '../contracts/index.js';

export interface MoneyTotals {
  /** What customers may spend. */
  readonly wallets: number;
  readonly frozen: number;
  /** What the merchant has earned. */
  readonly earned: number;
  /** What all accounts were opened with: always wallets + frozen + earned. */
  readonly opened: number;
  /** Sum of all entries of the ledger: always 0. */
  readonly ledger: number;
}

/** One statement, so that it is one snapshot. */
const query = `SELECT
  (SELECT COALESCE(SUM(balance), 0) FROM account WHERE id <> ?) AS wallets,
  (SELECT COALESCE(SUM(frozen), 0) FROM account) AS frozen,
  (SELECT COALESCE(SUM(balance), 0) FROM account WHERE id = ?) AS earned,
  (SELECT COALESCE(SUM(amount), 0) FROM ledger_entry WHERE gid = 'opening' AND amount > 0) AS opened,
  (SELECT COALESCE(SUM(amount), 0) FROM ledger_entry) AS ledger`;

/** In minor units. */
export async function readTotals(manager: EntityManager): Promise<MoneyTotals> {
  const [row] = await manager.query<Record<keyof MoneyTotals, unknown>[]>(query, [merchantId, merchantId]);
  return {
    wallets: Number(row?.wallets),
    frozen: Number(row?.frozen),
    earned: Number(row?.earned),
    opened: Number(row?.opened),
    ledger: Number(row?.ledger),
  };
}
