/** The engine's limits and intervals, each with its default and the reason for it. */
import { type BreakerPolicy, defaultBreakerPolicy } from './dispatch/index.js';

export interface EngineOptions {
  /** `ASSENT_NODE_NAME`: one process at a time runs under a name. */
  readonly nodeName: string;
  /**
   * How long a node may be silent before others take its transactions, in milliseconds. 5 s: a flush may wait 2 s for a lock and a disk may
   * stall for a second or two without the node being thought dead; a beat leaves every third of it.
   */
  readonly leaseMs: number;
  /** Transactions held in memory; begins beyond are answered `overloaded`. 20,000 of two branches are some 100 MB with their payloads. */
  readonly maxInMemory: number;
  /** Rows waiting for a flush; begins beyond are answered `overloaded`. About two seconds of work of one database. */
  readonly maxQueueRows: number;
  readonly maxWaiters: number;
  /** Begins and commands that wait for their answer; beyond they are answered `overloaded`. All of memory once over, and as many repeats. */
  readonly maxAsking: number;
  /** One flush: 512 rows keep a packet under some 10 ms of database time, so that a beat is never late behind it. */
  readonly maxFlushRows: number;
  /** 1 MiB (in UTF-16 units of text): a sixteenth of the smallest usual `max_allowed_packet`, because one large row may go beyond. */
  readonly maxFlushBytes: number;
  /** Progress that nobody waits for is flushed after this long (DESIGN 4.2). */
  readonly lazyFlushMs: number;
  /** A transaction whose next move is further away rests in the store. */
  readonly restAfterMs: number;
  /** How long a begin or command waits for durability before it is answered `outcome_unknown` or `store_unavailable`. */
  readonly acknowledgeWithinMs: number;
  /** How long rows of transactions are kept: a gid that was made before (UUIDv7) is not begun any more. 30 days. */
  readonly retentionMs: number;
  readonly claimEveryMs: number;
  /** The circuit breaker of every participant, but for what `breakers` says of some. */
  readonly breaker: BreakerPolicy;
  /** Participant -> what its breaker does otherwise. */
  readonly breakers: ReadonlyMap<string, Partial<BreakerPolicy>>;
  /** Of transactions in memory, how large a part may have calls on their way to one participant (0..1). A quarter leaves room for the others. */
  readonly participantShare: number;
  /** How often the orders of operators about participants are looked for: a small table. */
  readonly ordersEveryMs: number;
  /** How often the commands of other nodes are looked for. One look at a table that is normally empty; a hint makes it sooner. */
  readonly commandsEveryMs: number;
  /** Resting rows claimed, or rows of a dead node taken over, in the first chunk after boot or an outage; doubles to the largest. */
  readonly firstChunk: number;
  readonly largestChunk: number;
  /** How often waiters of transactions that are not in this node's memory look at the store. */
  readonly pollEveryMs: number;
  /** Back-off while the store is away: doubles from the first to the largest. */
  readonly firstBackoffMs: number;
  readonly largestBackoffMs: number;
}

export const defaultEngineOptions: Omit<EngineOptions, 'nodeName'> = {
  leaseMs: 5_000,
  maxInMemory: 20_000,
  maxQueueRows: 20_000,
  maxWaiters: 10_000,
  maxAsking: 40_000,
  maxFlushRows: 512,
  maxFlushBytes: 1_048_576,
  lazyFlushMs: 1_000,
  restAfterMs: 10_000,
  acknowledgeWithinMs: 5_000,
  retentionMs: 2_592_000_000,
  claimEveryMs: 1_000,
  breaker: defaultBreakerPolicy,
  breakers: new Map(),
  participantShare: 0.25,
  ordersEveryMs: 1_000,
  commandsEveryMs: 1_000,
  firstChunk: 32,
  largestChunk: 1_000,
  pollEveryMs: 50,
  firstBackoffMs: 50,
  largestBackoffMs: 1_000,
};
