/**
 * The business of the participants: pools of stock and of money. Each has what is free, what is held, and what is taken; their sum never changes
 * (C), and none is ever below zero.
 */
import { BusinessRejection } from '@assent/participant';
import type { Findings } from '../truth/index.js';
import type { LocalTransaction } from './local-database.js';

export interface Order {
  readonly pool: string;
  readonly quantity: number;
}

type Place = 'free' | 'held' | 'taken';

/** Op -> where a quantity comes from and goes to. */
const flows: Readonly<Record<string, readonly [Place, Place]>> = {
  action: ['free', 'taken'],
  compensate: ['taken', 'free'],
  try: ['free', 'held'],
  confirm: ['held', 'taken'],
  cancel: ['held', 'free'],
};

/** Work that goes on in the background sets aside what it wants, and takes it from there at its end. */
const background: Readonly<Record<string, readonly [Place, Place]>> = {
  begin: ['free', 'held'],
  action: ['held', 'taken'],
  try: ['held', 'held'],
  undo: ['held', 'free'],
};

const places: readonly Place[] = ['free', 'held', 'taken'];

/** Moves a quantity as this op does; a delivery moves none. Throws `BusinessRejection` when there is not enough. */
export function carryOut(tx: LocalTransaction, op: string, order: Order): void {
  if (op !== 'deliver') move(tx, flows[op], order);
}

/** A step of work in the background: its beginning, the end of an `action` or a `try`, or the undoing of what has begun. */
export function goOn(tx: LocalTransaction, step: string, order: Order): void {
  move(tx, background[step], order);
}

function move(tx: LocalTransaction, flow: readonly [Place, Place] | undefined, { pool, quantity }: Order): void {
  if (flow === undefined) throw new Error('the shop does not know this op');
  const [from, to] = flow.map((place) => `${pool} ${place}`) as [string, string];
  const left = tx.read(from) - quantity;
  if (left < 0 && flow[0] === 'free') throw new BusinessRejection('SOLD_OUT', `there is not enough in ${pool}`);
  tx.write(from, left);
  tx.write(to, tx.read(to) + quantity);
}

/** What every pool held in the beginning. */
export class Stock {
  private readonly pools = new Map<string, number>();

  constructor(private readonly findings: Findings) {}

  /** Fills a pool. */
  fill(cells: Map<string, number>, pool: string, quantity: number): void {
    this.pools.set(pool, quantity);
    cells.set(`${pool} free`, quantity);
  }

  /** C: conserved and not negative, at any moment between two local transactions. */
  judge(cells: ReadonlyMap<string, number>, pool: string): void {
    const total = this.pools.get(pool) ?? 0;
    let sum = 0;
    for (const place of places) {
      const amount = cells.get(`${pool} ${place}`) ?? 0;
      sum += amount;
      if (amount < 0) this.findings.add('C', '', `${pool} holds ${amount} ${place}`);
    }
    if (sum !== total) this.findings.add('C', '', `${pool} holds ${sum} in all, it began with ${total}`);
  }

  /** C at the end: nothing is left held. */
  judgeEnd(cells: ReadonlyMap<string, number>, pool: string): void {
    const held = cells.get(`${pool} held`) ?? 0;
    if (held !== 0) this.findings.add('C', '', `${pool} still holds ${held}, though every transaction has ended`);
  }
}
