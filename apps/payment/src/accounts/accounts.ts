/**
 * The rules of the money, as movements of the ledger. Repeats, reordering and late arrivals are the barrier's business: each function here
 * runs at most once for its branch and op, inside the local transaction of `branch.manager`.
 */
import { type BranchContext, BusinessRejection } from '@assent/participant';
import { Injectable } from '@nestjs/common';
import { merchantId, type Payment, type Transfer } from '../contracts/index.js';
import { Account } from './account.entity.js';
import { type Posting, post } from './ledger.js';
import { formatMoney } from './money.js';

@Injectable()
export class Accounts {
  /** Throws `BusinessRejection` `INSUFFICIENT_FUNDS` or `UNKNOWN_ACCOUNT`. */
  freeze(branch: BranchContext, { account, amount }: Payment): Promise<void> {
    return this.take(branch, amount, [
      { account, place: 'balance', amount: -amount },
      { account, place: 'frozen', amount },
    ]);
  }

  unfreeze(branch: BranchContext, { account, amount }: Payment): Promise<void> {
    return this.give(branch, [
      { account, place: 'frozen', amount: -amount },
      { account, place: 'balance', amount },
    ]);
  }

  /** What was frozen becomes the merchant's. */
  settle(branch: BranchContext, { account, amount }: Payment): Promise<void> {
    return this.settleWith(branch, { from: account, to: merchantId, amount });
  }

  /** What was frozen becomes the taker's. */
  settleWith(branch: BranchContext, { from, to, amount }: Transfer): Promise<void> {
    return this.give(branch, [
      { account: from, place: 'frozen', amount: -amount },
      { account: to, place: 'balance', amount },
    ]);
  }

  /** Throws `BusinessRejection` `INSUFFICIENT_FUNDS` or `UNKNOWN_ACCOUNT`. */
  charge(branch: BranchContext, { account, amount }: Payment): Promise<void> {
    return this.take(branch, amount, [
      { account, place: 'balance', amount: -amount },
      { account: merchantId, place: 'balance', amount },
    ]);
  }

  refund(branch: BranchContext, { account, amount }: Payment): Promise<void> {
    return this.give(branch, [
      { account: merchantId, place: 'balance', amount: -amount },
      { account, place: 'balance', amount },
    ]);
  }

  /** Throws `BusinessRejection` `UNKNOWN_ACCOUNT`. */
  async requireAccount(branch: BranchContext, id: string): Promise<void> {
    if (!(await branch.manager.existsBy(Account, { id }))) throw unknownAccount(id);
  }

  private take(branch: BranchContext, amount: number, postings: readonly Posting[]): Promise<void> {
    return post(branch.manager, branch, postings, async (id) => {
      const account = await branch.manager.findOneBy(Account, { id });
      if (account === null) throw unknownAccount(id);
      const message = `balance ${formatMoney(account.balance)}, asked for ${formatMoney(amount)}`;
      throw new BusinessRejection('INSUFFICIENT_FUNDS', message);
    });
  }

  /** What was taken can always be given; if not, somebody changed the tables by hand, and a person must look. */
  private give(branch: BranchContext, postings: readonly Posting[]): Promise<void> {
    return post(branch.manager, branch, postings, async (id) => {
      throw new Error(`account ${id} does not hold what this branch took`);
    });
  }
}

function unknownAccount(id: string): BusinessRejection {
  return new BusinessRejection('UNKNOWN_ACCOUNT', `there is no account ${id}`);
}
