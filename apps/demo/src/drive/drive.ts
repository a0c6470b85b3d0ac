/** Drives the orders to their end, several at a time; those that are not decided at once are asked for again while others go on. */
import type { OrderRequest, PlacedOrder } from '../shop/index.js';

export interface DrivenOrder {
  readonly request: OrderRequest;
  readonly order: PlacedOrder;
}

/** What is known while it runs. */
export interface DriveState {
  readonly confirmed: number;
  readonly refused: number;
  /** Placed, and not decided within the first wait: something is being retried. */
  readonly retrying: number;
  /** Of those that have ended, how many were placed by this run. */
  readonly fresh: number;
}

export interface DriveOptions {
  readonly place: (request: OrderRequest) => Promise<PlacedOrder | null>;
  /** After every answer. */
  readonly onProgress: (state: DriveState) => void;
  readonly pause: (ms: number) => Promise<void>;
  readonly nowMs: () => number;
  /** When this run began, on the clock of `createdAt`. */
  readonly startedAtMs: number;
  /** What is not decided by then is given up and returned as it stands. */
  readonly patienceMs: number;
}

const AT_ONCE = 8;
/** Asking waits at the order service too; more often would leave nobody to place new orders while something is retried. */
const BEFORE_ASKING_AGAIN_MS = 1_500;

interface Ticket {
  readonly request: OrderRequest;
  order: PlacedOrder | null;
  notBeforeMs: number;
}

/** Returns the orders that were placed, in the order of `requests`. */
export async function drive(requests: readonly OrderRequest[], options: DriveOptions): Promise<readonly DrivenOrder[]> {
  const tickets: Ticket[] = requests.map((request) => ({ request, order: null, notBeforeMs: 0 }));
  const fresh = [...tickets];
  const undecided: Ticket[] = [];
  const untilMs = options.nowMs() + options.patienceMs;
  const worker = async () => {
    for (let ticket = next(fresh, undecided, options.nowMs()); ticket !== undefined; ticket = next(fresh, undecided, options.nowMs())) {
      await options.pause(Math.max(0, ticket.notBeforeMs - options.nowMs()));
      if (options.nowMs() >= untilMs) return;
      ticket.order = (await options.place(ticket.request)) ?? ticket.order;
      ticket.notBeforeMs = options.nowMs() + BEFORE_ASKING_AGAIN_MS;
      if (!isDecided(ticket)) undecided.push(ticket);
      options.onProgress(stateOf(tickets, options.startedAtMs));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return tickets.flatMap(({ request, order }) => (order === null ? [] : [{ request, order }]));
}

/** Undecided orders are asked for as soon as their time has come, the longest waiting first; new ones are placed in between. */
function next(fresh: Ticket[], undecided: Ticket[], nowMs: number): Ticket | undefined {
  const isDue = (undecided[0]?.notBeforeMs ?? Number.POSITIVE_INFINITY) <= nowMs;
  return (isDue ? undecided.shift() : fresh.shift()) ?? undecided.shift();
}

function isDecided({ order }: Ticket): boolean {
  return order !== null && order.status !== 'placed';
}

function stateOf(tickets: readonly Ticket[], startedAtMs: number): DriveState {
  const placed = tickets.flatMap(({ order }) => (order === null ? [] : [order]));
  const ended = placed.filter(({ status }) => status !== 'placed');
  return {
    confirmed: ended.filter(({ status }) => status === 'confirmed').length,
    refused: ended.filter(({ status }) => status === 'refused').length,
    retrying: placed.length - ended.length,
    fresh: ended.filter(({ createdAt }) => Date.parse(createdAt) >= startedAtMs).length,
  };
}
