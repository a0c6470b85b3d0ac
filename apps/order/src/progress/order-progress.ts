/**
 * The read side of orders, kept from the events of their transactions: how each stands, and what of it waits for a person. An order whose decision
 * nobody waited for is ended here, too, as soon as the event comes.
 */
import { OnOutcome, type OutcomeContext } from '@assent/participant';
import type { ParkedBranch, TransactionEvent } from '@assent/protocol';
import { changedRows } from '@assent/service';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { outcomeOf } from '../orders/order-status.js';
import { Orders } from '../orders/orders.js';

export interface Progress {
  readonly gid: string;
  readonly version: number;
  readonly status: TransactionEvent['status'];
  readonly parked: readonly ParkedBranch[];
  /** Milliseconds since the epoch. */
  readonly toldAtMs: number;
}

interface Row {
  readonly gid: string;
  readonly version: number;
  readonly status: Progress['status'];
  readonly parked: string;
  readonly toldAtMs: number | string;
}

@Injectable()
export class OrderProgress {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly orders: Orders,
  ) {}

  @OnOutcome('checkout', { consumer: 'order-progress', takes: 'newest' })
  async follow(event: TransactionEvent, { manager }: OutcomeContext): Promise<void> {
    const { gid, version, status, parked, atMs } = event;
    const values = [version, status, JSON.stringify(parked), Math.round(atMs)];
    if ((await changedRows(manager, update, [...values, gid])) === 0) await manager.query(insert, [...values, gid]);
    const outcome = outcomeOf(event);
    if (outcome !== null) await this.orders.endOfTransaction(manager, gid, outcome);
  }

  /** As the newest event has told; `null` as long as none has. */
  async of(gid: string): Promise<Progress | null> {
    const [row] = await this.dataSource.query<Row[]>(find, [gid]);
    if (row === undefined) return null;
    const { version, status, parked, toldAtMs } = row;
    return { gid, version: Number(version), status, parked: JSON.parse(parked) as ParkedBranch[], toldAtMs: Number(toldAtMs) };
  }
}

const update = 'UPDATE order_progress SET version = ?, status = ?, parked = ?, told_at = ? WHERE gid = ?';
const insert = 'INSERT INTO order_progress (version, status, parked, told_at, gid) VALUES (?, ?, ?, ?, ?)';
const find = 'SELECT gid, version, status, parked, told_at AS toldAtMs FROM order_progress WHERE gid = ?';
