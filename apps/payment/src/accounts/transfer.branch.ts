/** The contract `payment.transfer`: money from one customer to another by try, confirm, cancel. */
import { type BranchContext, Cancel, Confirm, TccBranch, Try } from '@assent/participant';
import { Transfer } from '../contracts/index.js';
import { Accounts } from './accounts.js';

@TccBranch('payment.transfer', { payload: Transfer })
export class TransferMoney {
  constructor(private readonly accounts: Accounts) {}

  /** The taker is looked up now, because a confirmation can no longer refuse. */
  @Try()
  async freeze({ from, to, amount }: Transfer, branch: BranchContext): Promise<void> {
    await this.accounts.requireAccount(branch, to);
    await this.accounts.freeze(branch, { account: from, amount });
  }

  @Confirm()
  settle(transfer: Transfer, branch: BranchContext): Promise<void> {
    return this.accounts.settleWith(branch, transfer);
  }

  @Cancel()
  unfreeze({ from, amount }: Transfer, branch: BranchContext): Promise<void> {
    return this.accounts.unfreeze(branch, { account: from, amount });
  }
}
