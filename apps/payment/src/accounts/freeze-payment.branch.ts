/** The contract `payment.freeze`: a payment to the merchant by try, confirm, cancel. */
import { type BranchContext, Cancel, Confirm, TccBranch, Try } from '@assent/participant';
import { Payment } from '../contracts/index.js';
import { Accounts } from './accounts.js';

@TccBranch('payment.freeze', { payload: Payment })
export class FreezePayment {
  constructor(private readonly accounts: Accounts) {}

  @Try()
  freeze(payment: Payment, branch: BranchContext): Promise<void> {
    return this.accounts.freeze(branch, payment);
  }

  @Confirm()
  settle(payment: Payment, branch: BranchContext): Promise<void> {
    return this.accounts.settle(branch, payment);
  }

  @Cancel()
  unfreeze(payment: Payment, branch: BranchContext): Promise<void> {
    return this.accounts.unfreeze(branch, payment);
  }
}
