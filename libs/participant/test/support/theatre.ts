/** A participant for tests: seats are held by TCC, tickets printed by a saga. What a handler does is said by the payload of the call. */
import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { Action, type BranchContext, BusinessRejection, Cancel, Compensate, Confirm, SagaStep, TccBranch, Try } from '../../src/index.js';
import type { Latch } from './latch.js';

export const Order = z.object({
  /** Taken by the try; two orders of one seat violate its primary key. */
  seat: z.string().min(1).max(60).optional(),
  /** What each op does; without a word it takes effect. */
  on: z
    .record(z.string(), z.enum(['refuse', 'fail', 'pending', 'result', 'hold', 'hold and refuse', 'write and refuse', 'too large']))
    .default({}),
});
export type Order = z.output<typeof Order>;

export function recordEffect(manager: EntityManager, gid: string, branch: string, op: string): Promise<unknown> {
  return manager.query('INSERT INTO effect (gid, branch, op) VALUES (?, ?, ?)', [gid, branch, op]);
}

/** Lets a test hold a handler, and see what handlers were told. */
export class Stage {
  readonly seen: BranchContext[] = [];
  readonly latches = new Map<string, Latch>();

  async play(order: Order, branch: BranchContext): Promise<unknown> {
    this.seen.push(branch);
    const { gid, manager, op } = branch;
    const what = order.on[op];
    if (what === 'hold' || what === 'hold and refuse') await this.latches.get(`${gid}/${op}`)?.opened;
    if (what === 'refuse' || what === 'hold and refuse') throw new BusinessRejection('SOLD_OUT', `no seat left for ${gid}`);
    if (what === 'fail') throw new Error('SELECT secret FROM wallet: the handler broke');
    await recordEffect(manager, gid, branch.branch, op);
    if (what === 'write and refuse') throw new BusinessRejection('SOLD_OUT', 'changed my mind');
    if (what === 'pending') branch.pending({ retryAfterMs: 1_500 });
    if (what === 'too large') return 'x'.repeat(70_000);
    return what === 'result' ? { ticket: `ticket of ${gid}`, attempt: branch.attempt } : undefined;
  }
}

@TccBranch('theatre.seat', { payload: Order })
export class HoldSeat {
  constructor(private readonly stage: Stage) {}

  @Try()
  async hold(order: Order, branch: BranchContext): Promise<unknown> {
    if (order.seat !== undefined) await branch.manager.query('INSERT INTO seat (name) VALUES (?)', [order.seat]);
    return this.stage.play(order, branch);
  }

  @Confirm()
  sell(order: Order, branch: BranchContext): Promise<unknown> {
    return this.stage.play(order, branch);
  }

  @Cancel()
  free(order: Order, branch: BranchContext): Promise<unknown> {
    return this.stage.play(order, branch);
  }
}

@SagaStep('theatre.print', { payload: Order })
export class PrintTicket {
  constructor(private readonly stage: Stage) {}

  @Action()
  print(order: Order, branch: BranchContext): Promise<unknown> {
    return this.stage.play(order, branch);
  }

  @Compensate()
  shred(order: Order, branch: BranchContext): Promise<unknown> {
    return this.stage.play(order, branch);
  }
}

@SagaStep('theatre.curtain', { payload: Order, pivot: true })
export class RaiseCurtain {
  constructor(private readonly stage: Stage) {}

  @Action()
  raise(order: Order, branch: BranchContext): Promise<unknown> {
    return this.stage.play(order, branch);
  }
}

@SagaStep('theatre.applause', { compensate: 'none' })
export class Applaud {
  constructor(private readonly stage: Stage) {}

  @Action()
  applaud(_order: unknown, branch: BranchContext): Promise<unknown> {
    return this.stage.play({ on: {} }, branch);
  }
}
