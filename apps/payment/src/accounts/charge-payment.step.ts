/** The contract `payment.charge`: a payment to the merchant as a step of a saga. */
import { Action, type BranchContext, Compensate, SagaStep } from '@assent/participant';
import { Payment } from '../contracts/index.js';
import { Accounts } from './accounts.js';

@SagaStep('payment.charge', { payload: Payment })
export class ChargePayment {
  constructor(private readonly accounts: Accounts) {}

  @Action()
  charge(payment: Payment, branch: BranchContext): Promise<void> {
    return this.accounts.charge(branch, payment);
  }

  @Compensate()
  refund(payment: Payment, branch: BranchContext): Promise<void> {
    return this.accounts.refund(branch, payment);
  }
}
