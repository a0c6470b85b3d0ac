/**
 * Double entry: money only moves, so the entries of one movement sum to zero. Every movement changes the accounts and writes its entries in
 * the same local transaction; the entries' primary key (gid, branch, op, account, place) admits each movement once.
 */
import { changedRows } from '@assent/service';
import type { EntityManager } from 'typeorm';
import { merchantId } from '../contracts/index.js';

/** One side of a movement: so much leaves (negative) or enters this place of this account. */
export interface Posting {
  readonly account: string;
  readonly place: 'balance' | 'frozen';
  readonly amount: number;
}

/** Which movement it is: what the ledger's entries are unique by. */
export interface MovementId {
  readonly gid: string;
  readonly branch: string;
  readonly op: string;
}

/** Where money comes from when an account is opened; only in the ledger, and no account can be called like this. */
const outside = '(outside)';

const moveOneAccount = `UPDATE account SET balance = balance + ?, frozen = frozen + ?
  WHERE id = ? AND balance + ? >= 0 AND frozen + ? >= 0`;

/**
 * Carries out a movement. Each account is changed by one guarded UPDATE that checks and takes in one statement; when it matches no row,
 * `whenImpossible` says what that means by throwing. Accounts are locked in one order whatever the direction of the money, so that two
 * movements between the same accounts cannot wait for each other.
 */
export async function post(
  manager: EntityManager,
  id: MovementId,
  postings: readonly Posting[],
  whenImpossible: (account: string) => Promise<never>,
): Promise<void> {
  if (postings.reduce((sum, { amount }) => sum + amount, 0) !== 0) throw new Error('the postings of a movement must sum to zero');
  for (const account of inLockOrder(postings)) {
    const by = [moved(postings, account, 'balance'), moved(postings, account, 'frozen')];
    if ((await changedRows(manager, moveOneAccount, [...by, account, ...by])) === 0) await whenImpossible(account);
  }
  await enter(manager, id, postings);
}

/** Opens an account; its first money comes from outside. Fails when there is one. */
export async function openAccount(manager: EntityManager, account: string, balance: number): Promise<void> {
  await changedRows(manager, 'INSERT INTO account (id, balance, frozen) VALUES (?, ?, 0)', [account, balance]);
  await enter(manager, { gid: 'opening', branch: account, op: 'open' }, [
    { account: outside, place: 'balance', amount: -balance },
    { account, place: 'balance', amount: balance },
  ]);
}

async function enter(manager: EntityManager, id: MovementId, postings: readonly Posting[]): Promise<void> {
  const rows = postings.flatMap(({ account, place, amount }) => [id.gid, id.branch, id.op, account, place, amount]);
  const values = postings.map(() => '(?, ?, ?, ?, ?, ?)').join(', ');
  await changedRows(manager, `INSERT INTO ledger_entry (gid, branch, op, account, place, amount) VALUES ${values}`, rows);
}

/** By id, the merchant last: its row is in every sale, and is held for the shortest time this way. */
function inLockOrder(postings: readonly Posting[]): string[] {
  const accounts = [...new Set(postings.map(({ account }) => account))].sort();
  return [...accounts.filter((id) => id !== merchantId), ...accounts.filter((id) => id === merchantId)];
}

function moved(postings: readonly Posting[], account: string, place: Posting['place']): number {
  return postings.filter((one) => one.account === account && one.place === place).reduce((sum, { amount }) => sum + amount, 0);
}
