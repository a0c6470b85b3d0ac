/**
 * The store as one process sees it: over connections that are slow, break, or fall silent. What was sent before a connection broke may arrive,
 * at once or much later, and a process that is gone hears nothing of it.
 */
import {
  type AttemptRow,
  type AuditRow,
  type CommandRow,
  type FlushBatch,
  type FlushResult,
  type Incarnation,
  type NodeRow,
  type ParticipantControl,
  type ParticipantControlStore,
  type ParticipantOrder,
  type StoredTransaction,
  StoreUnavailableError,
  type TransactionStore,
  type WaitingCount,
  type Witness,
} from '@assent/engine';
import type { Policy } from '@assent/protocol';
import type { Faults, Marks, SimProcess, SimRandom, Timeline } from '../kernel/index.js';
import type { SimDatabase } from './sim-database.js';

/** One way, in milliseconds. */
const LATENCY_MS = [0.2, 2] as const;
const SLOW_MS = [300, 3_000] as const;
/** Some packets arrive before anybody asks for the verdict on them, others long after. */
const SOON_MS = [0, 4] as const;
const LATE_MS = [4, 6_000] as const;
/** After this long without a word a driver gives a connection up. */
const SILENCE_MS = [800, 2_500] as const;

/** Where a process may be killed or stopped. */
export type StorePoint = 'flush sent' | 'flush committed';

export interface StoreContext {
  readonly timeline: Timeline;
  readonly database: SimDatabase;
  readonly process: SimProcess;
  readonly faults: Faults;
  readonly random: SimRandom;
  readonly marks: Marks;
  /** Told of every flush that is sent. */
  readonly cut: (batch: FlushBatch) => void;
  /** Told of every such point; may kill or stop the process. */
  readonly reached: (point: StorePoint) => void;
}

interface Delivery<T> {
  /** Carried out when the packet arrives. */
  readonly run: () => Promise<T>;
  /** What the caller sees when the connection breaks. */
  readonly broken: (settle: Settle<T>) => void;
  /** What the caller sees when there is no connection to send on. */
  readonly refused: (settle: Settle<T>) => void;
  readonly fault: 'none' | 'lost' | 'unanswered' | 'late';
}

interface Settle<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

interface Once {
  (how: () => void, afterMs: number): void;
  whenSettled?: () => void;
}

interface Answering<T> {
  readonly caller: Settle<T>;
  readonly settle: Once;
  readonly broken: () => void;
}

export class SimStore implements TransactionStore, ParticipantControlStore {
  /** True while this process hears nothing of the database, and the database nothing of it. */
  isSilent = false;
  private readonly open = new Set<() => void>();

  constructor(private readonly context: StoreContext) {}

  /** Everything that is on a connection breaks. */
  breakConnections(): void {
    for (const breaks of [...this.open]) breaks();
  }

  enter(node: { readonly incarnation: Incarnation; readonly name: string }): Promise<{ readonly nowMs: number }> {
    return this.ask(() => this.context.database.enter(node));
  }

  leave(incarnation: Incarnation): Promise<void> {
    return this.ask(() => this.context.database.leave(incarnation));
  }

  flush(batch: FlushBatch): Promise<FlushResult> {
    const { faults, reached, process } = this.context;
    if (process.isGone) return forever();
    this.context.cut(batch);
    if (faults.strikes('deadlock')) return this.answerOnly({ kind: 'retryable', message: 'deadlock' });
    const fault = faults.strikes('flush-lost')
      ? 'lost'
      : faults.strikes('ack-lost')
        ? 'unanswered'
        : faults.strikes('late-packet')
          ? 'late'
          : 'none';
    const sent = this.deliver<FlushResult>({
      run: () => this.carryOutFlush(batch, fault),
      broken: ({ resolve }) => resolve({ kind: 'unknown', message: 'the connection broke' }),
      refused: ({ resolve }) => resolve({ kind: 'retryable', message: 'no connection' }),
      fault,
    });
    reached('flush sent');
    return sent;
  }

  settle(incarnation: Incarnation, flushes: number): Promise<Witness> {
    return this.ask(() => this.context.database.settle(incarnation, flushes));
  }

  read(gid: string): Promise<StoredTransaction | null> {
    return this.ask(() => this.context.database.store.read(gid));
  }

  readMany(gids: readonly string[]): Promise<readonly StoredTransaction[]> {
    return this.ask(() => this.context.database.store.readMany(gids));
  }

  readAttempts(gid: string): Promise<readonly AttemptRow[]> {
    return this.ask(() => this.context.database.store.readAttempts(gid));
  }

  readAudit(gid: string): Promise<readonly AuditRow[]> {
    return this.ask(() => this.context.database.store.readAudit(gid));
  }

  findAudit(ids: readonly string[]): Promise<readonly AuditRow[]> {
    return this.ask(() => this.context.database.store.findAudit(ids));
  }

  readDue(nowMs: number, limit: number, fromMs?: number): Promise<readonly StoredTransaction[]> {
    return this.ask(() => this.context.database.store.readDue(nowMs, limit, fromMs));
  }

  readWaiting(participant: string, afterGid: string, limit: number): Promise<readonly string[]> {
    return this.ask(() => this.context.database.store.readWaiting(participant, afterGid, limit));
  }

  readOwned(incarnation: Incarnation, limit: number): Promise<readonly StoredTransaction[]> {
    return this.ask(() => this.context.database.store.readOwned(incarnation, limit));
  }

  readOwnedGids(incarnation: Incarnation, limit: number): Promise<readonly string[]> {
    return this.ask(() => this.context.database.store.readOwnedGids(incarnation, limit));
  }

  readNodes(): Promise<readonly NodeRow[]> {
    return this.ask(() => this.context.database.store.readNodes());
  }

  readCommands(incarnation: Incarnation, afterId: string, limit: number): Promise<readonly CommandRow[]> {
    return this.ask(() => this.context.database.store.readCommands(incarnation, afterId, limit));
  }

  readRemainingCommands(ids: readonly string[]): Promise<readonly string[]> {
    return this.ask(() => this.context.database.store.readRemainingCommands(ids));
  }

  readPolicies(): Promise<readonly Policy[]> {
    return this.ask(() => this.context.database.readPolicies());
  }

  readControls(): Promise<readonly ParticipantControl[]> {
    return this.ask(() => this.context.database.controls.readControls());
  }

  order(order: ParticipantOrder): Promise<ParticipantControl> {
    return this.ask(() => this.context.database.controls.order(order));
  }

  countWaiting(): Promise<readonly WaitingCount[]> {
    return this.ask(() => this.context.database.controls.countWaiting());
  }

  async close(): Promise<void> {
    this.breakConnections();
  }

  private async carryOutFlush(batch: FlushBatch, fault: Delivery<FlushResult>['fault']): Promise<FlushResult> {
    const { database, marks, reached } = this.context;
    const result = await database.flush(batch);
    if (fault === 'late' && (result.kind === 'committed' || result.kind === 'fenced')) marks.reach(`late packet ${result.kind}`);
    if (result.kind === 'committed') reached('flush committed');
    return result;
  }

  /** An operation that may be repeated: whatever goes wrong is `StoreUnavailableError`. */
  private ask<T>(run: () => Promise<T>): Promise<T> {
    const { faults, process } = this.context;
    if (process.isGone) return forever();
    const fault = !faults.strikes('read-error') ? 'none' : faults.between('read-error', 0, 1) < 0.5 ? 'lost' : 'unanswered';
    const fail = ({ reject }: Settle<T>) => reject(new StoreUnavailableError('the connection broke'));
    return this.deliver({ run, broken: fail, refused: fail, fault });
  }

  private answerOnly(result: FlushResult): Promise<FlushResult> {
    return new Promise((resolve) => {
      this.context.process.after(this.latency() * 2, () => resolve(result));
    });
  }

  /** Sends a packet now, or, from a process that is stopped, when it goes on. */
  private deliver<T>(packet: Delivery<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.context.process.deliver(() => this.send(packet, { resolve, reject }));
    });
  }

  private send<T>({ run, broken, refused, fault }: Delivery<T>, caller: Settle<T>): void {
    const { timeline, database } = this.context;
    const settle = this.settleOnce();
    const breaks = () => settle(() => broken(caller), 0);
    if (database.isAway) {
      settle(() => refused(caller), this.latency());
      return;
    }
    this.open.add(breaks);
    settle.whenSettled = () => this.open.delete(breaks);
    if (this.isSilent || fault === 'lost') {
      settle(() => broken(caller), this.isSilent ? this.silence() : this.latency());
      return;
    }
    if (fault === 'late') settle(() => broken(caller), this.latency());
    timeline.after(fault === 'late' ? this.lateness() : this.travel(), () => {
      if (database.isAway) breaks();
      else void this.arrive(run, fault, { caller, settle, broken: () => broken(caller) });
    });
  }

  /** Answers the caller in its own process, the first time only. */
  private settleOnce(): Once {
    const { timeline, process } = this.context;
    let isSettled = false;
    const settle: Once = (how, afterMs) => {
      timeline.after(afterMs, () => {
        process.deliver(() => {
          if (isSettled) return;
          isSettled = true;
          settle.whenSettled?.();
          how();
        });
      });
    };
    return settle;
  }

  private async arrive<T>(run: () => Promise<T>, fault: Delivery<T>['fault'], { caller, settle, broken }: Answering<T>): Promise<void> {
    let answer: () => void;
    try {
      const value = await run();
      answer = () => caller.resolve(value);
    } catch (error) {
      answer = () => caller.reject(error as Error);
    }
    if (fault === 'unanswered') settle(broken, 0);
    else if (this.isSilent) settle(broken, this.silence());
    else settle(answer, this.travel());
  }

  private travel(): number {
    const { faults } = this.context;
    return this.latency() + (faults.strikes('slow-store') ? faults.between('slow-store', ...SLOW_MS) : 0);
  }

  private lateness(): number {
    const { faults } = this.context;
    const [least, most] = faults.between('late-packet', 0, 1) < 0.4 ? SOON_MS : LATE_MS;
    return faults.between('late-packet', least, most);
  }

  private silence(): number {
    return this.context.random.between(...SILENCE_MS);
  }

  private latency(): number {
    return this.context.random.between(...LATENCY_MS);
  }
}

function forever<T>(): Promise<T> {
  return new Promise<T>(() => {});
}
