/**
 * Drives the transactions in this node's memory (DESIGN 4): events are stepped one at a time, and after every step and every landed flush what
 * leaves is the plan of the present state, as far as the durable image permits. Nothing is queued for later.
 */
import { type Answer, isFinal, type Plan, type ProtocolEvent, planFor, step, type Transaction, view } from '@assent/protocol';
import type { Dispatch } from '../dispatch/index.js';
import { EngineError, type EngineErrorCode } from '../errors.js';
import { FleetingMap } from '../memory/index.js';
import type { EngineOptions } from '../options.js';
import type { BranchInvoker } from '../ports/branch-invoker.js';
import type { Clock, Random } from '../ports/clock.js';
import type { Failpoints } from '../ports/failpoints.js';
import type { Monitor } from '../ports/monitor.js';
import { type Incarnation, type StoredTransaction, StoreUnavailableError } from '../ports/transaction-store.js';
import type { DatabaseTime, Lease, Scheduler } from '../time/index.js';
import type { Waiters } from '../waiters/index.js';
import type { Batch, Writer } from '../writer/index.js';
import { type Landing, LOST } from './acknowledgement.js';
import { Calls, type CallsHost } from './calls.js';
import { concernOf, parkedConcernOf } from './concern.js';
import { Expectations, outcomeUnknown } from './expectations.js';
import { attentionAtRest, isRestful, writeImage } from './images.js';
import { Resident, type ResidentHost } from './resident.js';
import { SetAside } from './set-aside.js';

export interface DriverPorts {
  readonly self: Incarnation;
  readonly options: EngineOptions;
  readonly clock: Clock;
  readonly random: Random;
  readonly monitor: Monitor;
  readonly invoker: BranchInvoker;
  readonly time: DatabaseTime;
  readonly lease: Lease;
  readonly scheduler: Scheduler;
  readonly waiters: Waiters;
  readonly writer: Writer;
  readonly failpoints: Failpoints;
  readonly dispatch: Dispatch<Resident>;
  readonly events: 'written' | 'none';
}

/** A state that wants to be woken at once, again and again, may keep this process busy, but not still. */
const SOONEST_WAKE_MS = 1;

export class Driver implements ResidentHost, CallsHost {
  readonly calls: Calls;
  readonly expectations: Expectations;
  private readonly residents = new FleetingMap<string, Resident>();
  /** Not loaded again by this incarnation. */
  private readonly setAside: SetAside;
  private isDraining = false;
  private isClosed = false;

  constructor(
    private readonly ports: DriverPorts,
    /** Finds out what a begin has met whose gid exists already. */
    private readonly metExisting: (resident: Resident) => void,
  ) {
    this.setAside = new SetAside(ports.writer, ports.time);
    this.calls = new Calls(ports, this);
    this.expectations = new Expectations(ports.clock, ports.options.acknowledgeWithinMs, (resident) => this.forget(resident));
  }

  get inMemory(): number {
    return this.residents.size;
  }

  find(gid: string): Resident | undefined {
    return this.residents.get(gid);
  }

  all(): Iterable<Resident> {
    return this.residents.values();
  }

  /** Why this transaction was set aside, or `undefined`. */
  whySetAside(gid: string): EngineErrorCode | undefined {
    return this.setAside.why(gid);
  }

  /** Takes a new transaction into memory and sends its first image on its way. Throws `StoreUnavailableError` once the incarnation has ended. */
  accept(tx: Transaction, contentHash: string): Resident {
    this.refuseIfClosed();
    const resident = new Resident(tx.gid, contentHash, this, tx, null, 0, null, null, '');
    this.residents.set(tx.gid, resident);
    this.ports.writer.enqueue(resident);
    return resident;
  }

  /**
   * Takes a transaction that was read from the store into memory. What it owes leaves when it is settled. `was`: of one that rested it is known what
   * the attention table holds. Throws `StoreUnavailableError` once the incarnation has ended.
   */
  adopt(row: StoredTransaction, tx: Transaction, was: 'resting' | 'driven'): Resident {
    this.refuseIfClosed();
    const plan = planFor(tx, tx, this.ports.time.nowMs());
    const attention = was === 'resting' ? attentionAtRest(tx, plan) : null;
    const { gid, contentHash, version, owner, finishedAtMs } = row;
    const resident = new Resident(gid, contentHash, this, tx, tx, version, owner, finishedAtMs, attention);
    resident.planned = { tx, durable: tx, plan };
    resident.hasFinished = isFinal(tx.status);
    this.residents.set(gid, resident);
    return resident;
  }

  /** Sets a transaction aside whose row the machine cannot read. */
  refuseRow(gid: string, detail: string): void {
    this.ports.monitor.alarm('unreadable_row', `${gid}: ${detail}`, { gid });
    this.setAside.note(gid, 'protocol_bug');
  }

  /** Steps one event. `null` when the machine failed: the transaction has been set aside. */
  step(resident: Resident, event: ProtocolEvent): Answer | null {
    try {
      const { tx, answer } = step(resident.present, event);
      if (tx !== resident.present) {
        resident.present = tx;
        resident.revision += 1;
      }
      if (answer.kind === 'ignored') this.ports.monitor.ignored(answer.mark);
      return answer;
    } catch (error) {
      this.putAside(resident, error);
      return null;
    }
  }

  stepOnly(resident: Resident, event: ProtocolEvent): boolean {
    return this.step(resident, event) !== null;
  }

  /** Flushes the present state; resolves once it is durable. `null`: it is already. */
  durably(resident: Resident): Promise<Landing> | null {
    if (resident.present === resident.durable) return null;
    this.ports.writer.enqueue(resident);
    return this.expectations.expect(resident, resident.revision);
  }

  /**
   * As `durably`, for a command that had been carried out before: only what somebody must be able to rely on has to be durable, not all
   * progress. `null`: it is already.
   */
  durablyRepeated(resident: Resident): Promise<Landing> | null {
    return this.flushOf(resident, resident.durable) === 'now' ? this.durably(resident) : null;
  }

  /** True when somebody waits for its next image, or that is on its way: whatever version it has, it is about to have another. */
  isMoving(resident: Resident): boolean {
    return resident.isAwaited || resident.flying !== null || this.flushOf(resident, resident.durable) === 'now';
  }

  /** Plans what the present state owes and lets it leave, as far as the durable image and the lease permit. */
  settle(resident: Resident): void {
    if (resident.settling) {
      resident.unsettled = true;
      return;
    }
    resident.settling = true;
    try {
      do {
        resident.unsettled = false;
        if (!resident.here || this.isClosed) break;
        this.act(resident, this.planOf(resident));
      } while (resident.unsettled);
    } catch (error) {
      this.putAside(resident, error);
    } finally {
      resident.settling = false;
    }
  }

  /** What the present state owes, as far as the durable image permits. Made anew only when one of them has changed, or something has come due. */
  planOf(resident: Resident): Plan {
    const nowMs = this.ports.time.nowMs();
    const { present, durable, planned } = resident;
    if (planned !== null && planned.tx === present && planned.durable === durable) {
      if (planned.plan.wakeAtMs === null || nowMs < planned.plan.wakeAtMs) return planned.plan;
    }
    const plan = planFor(present, durable, nowMs);
    resident.planned = { tx: present, durable, plan };
    return plan;
  }

  /** Lets everything go: no new call leaves, and what has none in the air is flushed to rest. */
  drain(): void {
    this.isDraining = true;
    this.calls.stop();
    for (const resident of this.residents.values()) this.letGoUnlessCalling(resident);
  }

  /** Lets go of what still has calls in the air: they count as maybe sent, and the barrier absorbs what they did. */
  drainAll(): void {
    for (const resident of this.residents.values()) this.letGo(resident);
  }

  /** The incarnation has ended: nothing leaves any more, and whoever waits is told what is known. */
  close(reason: (gid: string) => EngineError): void {
    this.isClosed = true;
    this.calls.stop();
    for (const resident of this.residents.values()) {
      const isUnsent = resident.durable === null && resident.flying === null;
      resident.refuseAll(isUnsent ? reason(resident.gid) : outcomeUnknown(resident.gid));
      this.forget(resident);
    }
  }

  /** Takes a transaction out of memory. What it owes is the business of whoever owns its row. */
  forget(resident: Resident): void {
    resident.here = false;
    resident.wake?.cancel();
    resident.lazy?.cancel();
    this.calls.forget(resident);
    if (this.residents.get(resident.gid) === resident) this.residents.delete(resident.gid);
    for (const watcher of resident.watchers.splice(0)) watcher.left();
  }

  putAside(resident: Resident, error: unknown): void {
    this.setAsideAs(resident, 'protocol_bug', error instanceof Error ? error.message : String(error));
  }

  write(resident: Resident, batch: Batch): boolean {
    if (!resident.here || resident.flying !== null) return false;
    const { self, options, time, invoker, events, dispatch } = this.ports;
    try {
      return writeImage(resident, batch, { self, restAfterMs: options.restAfterMs, nowMs: time.nowMs(), invoker, dispatch, events });
    } catch (error) {
      this.putAside(resident, error);
      return false;
    }
  }

  landed(resident: Resident): void {
    const { durable, version } = resident;
    if (!resident.here || durable === null) return;
    if (version === 1) {
      this.ports.monitor.started(durable.definition.pattern);
      this.ports.failpoints.hit('driver.after-persist');
    }
    this.tell(resident, durable);
    this.alarmParked(resident);
    // At rest, and nothing has happened meanwhile: the image that let it go has found that it owes nothing now.
    if (resident.owner === null && resident.present === durable) this.forget(resident);
    else this.settle(resident);
  }

  /** Somebody else moved the row. Whoever waits here may try again on the fresh one; this node has lost it. */
  unmoved(resident: Resident): void {
    if (!resident.here) return;
    this.ports.monitor.info('lost a transaction to another node', { version: resident.version }, concernOf(resident));
    this.forget(resident);
    resident.answerAll(LOST);
  }

  duplicate(resident: Resident): void {
    if (resident.here) this.metExisting(resident);
  }

  unstorable(resident: Resident, message: string): void {
    if (!resident.here) return;
    if (!resident.bare && resident.durable !== null) {
      // The culprit may be a side row (an attempt's message): people can do without it, the transaction cannot do without its image.
      const detail = `${resident.gid}: ${message}; flushed once more without attempts and attention`;
      this.ports.monitor.alarm('poison_row', detail, concernOf(resident));
      resident.bare = true;
      this.ports.writer.enqueue(resident);
      return;
    }
    this.setAsideAs(resident, 'unstorable', message);
  }

  /** What was read before the incarnation ended may arrive after it: nothing is flushed any more, so whoever asked would wait for ever. */
  private refuseIfClosed(): void {
    if (this.isClosed) throw new StoreUnavailableError('this incarnation has ended');
  }

  private act(resident: Resident, plan: Plan): void {
    const { options, time, self, writer, failpoints } = this.ports;
    const nowMs = time.nowMs();
    if (resident.watchers.length > 0) tellWatchers(resident);
    const need = resident.flying === null ? plan.flush : this.flushOf(resident, resident.flying.tx);
    const isOwned = resident.owner === self;
    if (need !== 'no' && isNewlyDecided(resident)) failpoints.hit('driver.before-decision-flush');
    if (need === 'now') {
      writer.enqueue(resident);
    } else if (need === 'lazily' || (isOwned && resident.flying === null && isRestful(plan, nowMs, options.restAfterMs))) {
      this.flushLazily(resident);
    }
    if (!resident.here || resident.durable === null) return;
    if (isOwned) {
      if (plan.invokes.length > 0) this.calls.hand(resident, plan.invokes);
      this.wakeAt(resident, plan.wakeAtMs);
      if (this.isDraining) this.letGoUnlessCalling(resident);
    } else if (need === 'no' && resident.flying === null) {
      // Fetched for a command that changed nothing: it leaves as it came. If something is due, whoever claims it takes it.
      this.forget(resident);
    }
  }

  /** Progress that nobody waits for, and letting go. */
  private flushLazily(resident: Resident): void {
    if (resident.lazy !== null) return;
    resident.lazy = this.ports.scheduler.after(this.ports.options.lazyFlushMs, {
      due: () => {
        resident.lazy = null;
        if (resident.here && resident.flying === null) this.ports.writer.enqueue(resident);
        else this.settle(resident);
      },
    });
  }

  private wakeAt(resident: Resident, atMs: number | null): void {
    if (resident.wakeAtMs === atMs && (resident.wake !== null || atMs === null)) return;
    resident.wake?.cancel();
    resident.wake = null;
    resident.wakeAtMs = atMs;
    if (atMs !== null) this.armWake(resident, Math.max(SOONEST_WAKE_MS, this.ports.time.untilMs(atMs)));
  }

  private armWake(resident: Resident, delayMs: number): void {
    resident.wake = this.ports.scheduler.after(delayMs, {
      due: () => {
        resident.wake = null;
        this.woke(resident);
      },
    });
  }

  private woke(resident: Resident): void {
    const atMs = this.ports.time.nowMs();
    const { wakeAtMs } = resident;
    if (wakeAtMs !== null && atMs < wakeAtMs) {
      this.armWake(resident, wakeAtMs - atMs);
      return;
    }
    if (this.step(resident, { kind: 'woke', atMs }) !== null) this.settle(resident);
  }

  /** A durable image that has landed: waiters learn of it, and of the end everybody does, once. */
  private tell(resident: Resident, durable: Transaction): void {
    const { waiters, monitor } = this.ports;
    const hasEnded = isFinal(durable.status) && !resident.hasFinished;
    if (!hasEnded && !waiters.has(resident.gid)) return;
    const image = view(durable, resident.version, resident.finishedAtMs);
    waiters.notify(resident.gid, durable.status, () => image);
    if (!hasEnded) return;
    resident.hasFinished = true;
    monitor.finished(image, durable.decision?.atMs ?? null);
  }

  /** Only a person moves what is parked: somebody has to hear of it, once it is in the table where they will look. */
  private alarmParked(resident: Resident): void {
    const { attention, alarmedAttention, gid } = resident;
    if (attention === alarmedAttention) return;
    const known = new Set(alarmedAttention?.split('\n'));
    for (const line of attention?.split('\n') ?? []) {
      const [branch = '', kind] = line.split('/');
      if (kind !== 'parked' || known.has(line)) continue;
      this.ports.monitor.alarm('branch_parked', `${gid}: ${line}`, parkedConcernOf(resident, branch));
    }
    resident.alarmedAttention = attention;
  }

  private letGoUnlessCalling(resident: Resident): void {
    for (const flight of resident.flights.values()) if (flight.hasLeft) return;
    this.letGo(resident);
  }

  private letGo(resident: Resident): void {
    resident.leaving = true;
    if (resident.durable !== null && resident.owner === null && resident.present === resident.durable) this.forget(resident);
    else this.ports.writer.enqueue(resident);
  }

  private setAsideAs(resident: Resident, code: EngineErrorCode, detail: string): void {
    if (!resident.here) return;
    this.ports.monitor.alarm(code === 'unstorable' ? 'poison_row' : code, `${resident.gid}: ${detail}`, concernOf(resident));
    if (resident.durable !== null) this.setAside.note(resident.gid, code);
    this.forget(resident);
    resident.refuseAll(new EngineError(code, detail, { gid: resident.gid }));
  }

  private flushOf(resident: Resident, durable: Transaction | null): Plan['flush'] {
    return durable === resident.present ? 'no' : planFor(resident.present, durable, this.ports.time.nowMs()).flush;
  }
}

/** Decided in memory, and in no image that is durable or on its way. */
function isNewlyDecided({ present, durable, flying }: Resident): boolean {
  const written = flying === null ? durable : flying.tx;
  return present.status !== 'active' && (written === null || written.status === 'active');
}

function tellWatchers(resident: Resident): void {
  const { watchers, present } = resident;
  for (let index = watchers.length - 1; index >= 0; index -= 1) if (watchers[index]?.saw(present)) watchers.splice(index, 1);
}
