/** The contract `inventory.deduct`: stock as a step of a saga. */
import { Action, type BranchContext, Compensate, SagaStep } from '@assent/participant';
import { OrderLines } from '../contracts/index.js';
import { Stock } from './stock.js';

@SagaStep('inventory.deduct', { payload: OrderLines })
export class DeductStock {
  constructor(private readonly stock: Stock) {}

  @Action()
  sell({ lines }: OrderLines, branch: BranchContext): Promise<void> {
    return this.stock.sellAtOnce(branch, lines);
  }

  @Compensate()
  restock({ lines }: OrderLines, branch: BranchContext): Promise<void> {
    return this.stock.restock(branch, lines);
  }
}
