/** The contract `inventory.reserve`: stock by try, confirm, cancel. */
import { type BranchContext, Cancel, Confirm, TccBranch, Try } from '@assent/participant';
import { OrderLines } from '../contracts/index.js';
import { Stock } from './stock.js';

@TccBranch('inventory.reserve', { payload: OrderLines })
export class ReserveStock {
  constructor(private readonly stock: Stock) {}

  @Try()
  reserve({ lines }: OrderLines, branch: BranchContext): Promise<void> {
    return this.stock.reserve(branch, lines);
  }

  @Confirm()
  sell({ lines }: OrderLines, branch: BranchContext): Promise<void> {
    return this.stock.sellReserved(branch, lines);
  }

  @Cancel()
  release({ lines }: OrderLines, branch: BranchContext): Promise<void> {
    return this.stock.release(branch, lines);
  }
}
