/**
 * The rules of the stock. Repeats, reordering and late arrivals are the barrier's business: each function here runs at most once for its
 * branch and op, inside the local transaction of `branch.manager`.
 */
import { type BranchContext, BusinessRejection } from '@assent/participant';
import { changedRows } from '@assent/service';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { OrderLines } from '../contracts/index.js';
import { StockItem } from './stock-item.entity.js';

type Lines = OrderLines['lines'];
type Line = Lines[number];

/** What one unit does in a movement: where it leaves (-1), where it arrives (+1). */
interface Movement {
  readonly available: number;
  readonly reserved: number;
  readonly sold: number;
}

const reserving: Movement = { available: -1, reserved: 1, sold: 0 };
const sellingReserved: Movement = { available: 0, reserved: -1, sold: 1 };
const releasing: Movement = { available: 1, reserved: -1, sold: 0 };
const sellingAtOnce: Movement = { available: -1, reserved: 0, sold: 1 };
const restocking: Movement = { available: 1, reserved: 0, sold: -1 };

@Injectable()
export class Stock {
  /** All lines or none. Throws `BusinessRejection` `OUT_OF_STOCK` or `UNKNOWN_SKU`. */
  reserve(branch: BranchContext, lines: Lines): Promise<void> {
    return this.move(branch, lines, reserving, refuse);
  }

  sellReserved(branch: BranchContext, lines: Lines): Promise<void> {
    return this.move(branch, lines, sellingReserved, failLoudly);
  }

  release(branch: BranchContext, lines: Lines): Promise<void> {
    return this.move(branch, lines, releasing, failLoudly);
  }

  /** All lines or none. Throws `BusinessRejection` `OUT_OF_STOCK` or `UNKNOWN_SKU`. */
  sellAtOnce(branch: BranchContext, lines: Lines): Promise<void> {
    return this.move(branch, lines, sellingAtOnce, refuse);
  }

  restock(branch: BranchContext, lines: Lines): Promise<void> {
    return this.move(branch, lines, restocking, failLoudly);
  }

  /**
   * One guarded UPDATE for each SKU: it checks and takes in one statement, so that of two buyers of the last unit one matches no row. In SKU
   * order, so that two orders of the same SKUs cannot wait for each other.
   */
  private async move(
    branch: BranchContext,
    lines: Lines,
    movement: Movement,
    whenImpossible: (manager: EntityManager, line: Line) => Promise<never>,
  ): Promise<void> {
    const { available, reserved, sold } = movement;
    const merged = inSkuOrder(lines);
    for (const line of merged) {
      const by = [available * line.quantity, reserved * line.quantity, sold * line.quantity];
      const changed = await changedRows(branch.manager, moveOneSku, [...by, line.sku, ...by]);
      if (changed === 0) await whenImpossible(branch.manager, line);
    }
    const rows = merged.flatMap((line) => [branch.gid, branch.branch, branch.op, line.sku, line.quantity]);
    await changedRows(branch.manager, `${noteMovements} ${merged.map(() => '(?, ?, ?, ?, ?)').join(', ')}`, rows);
  }
}

const moveOneSku = `UPDATE stock SET available = available + ?, reserved = reserved + ?, sold = sold + ?
  WHERE sku = ? AND available + ? >= 0 AND reserved + ? >= 0 AND sold + ? >= 0`;

/** Its primary key (gid, branch, op, sku) is a second lock on the door: no movement can be made twice. */
const noteMovements = 'INSERT INTO stock_movement (gid, branch, op, sku, quantity) VALUES';

/** One line for each SKU, in the order of its bytes. */
function inSkuOrder(lines: Lines): Line[] {
  const quantities = new Map<string, number>();
  for (const { sku, quantity } of lines) quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  return [...quantities].map(([sku, quantity]) => ({ sku, quantity })).sort((a, b) => (a.sku < b.sku ? -1 : 1));
}

async function refuse(manager: EntityManager, { sku, quantity }: Line): Promise<never> {
  const item = await manager.findOneBy(StockItem, { sku });
  if (item === null) throw new BusinessRejection('UNKNOWN_SKU', `there is no ${sku}`);
  const left = item.available === 0 ? 'is sold out' : `has ${item.available} left`;
  throw new BusinessRejection('OUT_OF_STOCK', `${sku} ${left}, asked for ${quantity}`);
}

/** What was taken can always be sold or put back; if not, somebody changed the table by hand, and a person must look. */
async function failLoudly(_manager: EntityManager, { sku, quantity }: Line): Promise<never> {
  throw new Error(`the ${quantity} of ${sku} that this branch took are not there`);
}
