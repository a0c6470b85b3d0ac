/**
 * One incarnation of this node, from entering the store to its end: the writer, the driver and the loops that watch, claim and recover. When it
 * is found dead, nothing of it goes on: the engine begins another with an empty memory.
 */
import type { ParticipantsNow } from './api.js';
import { Commands, Executor, Interventions, Recorder, Turns } from './commands/index.js';
import { Dispatch, type DispatchHost } from './dispatch/index.js';
import { Driver, type Resident, storeUnavailable } from './driver/index.js';
import type { EngineOptions } from './options.js';
import { Adoption, Collector, Ramp, Resting, Waker, Watch } from './ownership/index.js';
import type { Policies } from './policies.js';
import type { BranchInvoker } from './ports/branch-invoker.js';
import type { Clock, Random } from './ports/clock.js';
import { type Failpoints, noFailpoints } from './ports/failpoints.js';
import { type Hints, noHints } from './ports/hints.js';
import type { Monitor } from './ports/monitor.js';
import type { Announcer } from './ports/outbox.js';
import { noParticipantControl, type ParticipantControlStore } from './ports/participant-control.js';
import type { Incarnation, TransactionStore } from './ports/transaction-store.js';
import { StoreUnavailableError } from './ports/transaction-store.js';
import { Backoff, DatabaseTime, Lease, Loop, Scheduler } from './time/index.js';
import type { Waiters } from './waiters/index.js';
import { Writer, type WriterHost } from './writer/index.js';

export interface EnginePorts {
  readonly store: TransactionStore;
  readonly invoker: BranchInvoker;
  readonly clock: Clock;
  readonly random: Random;
  readonly monitor: Monitor;
  /** Default: none. */
  readonly failpoints?: Failpoints;
  /** Default: none. */
  readonly hints?: Hints;
  /** Default: none, and then no events are written. */
  readonly announcer?: Announcer;
  /** Orders of operators about participants. Default: none. */
  readonly participants?: ParticipantControlStore;
}

/** Overdue answers are looked for, and calls that waited for the lease go on, this often. */
const TICK_MS = 100;
/** While there is more to take up, the next chunk follows after this. */
const NEXT_CHUNK_MS = 50;
/** A loop that is told when there is work looks by itself this seldom. */
const SELDOM_MS = 60_000;
/** Of each participant, so many transactions in memory are put to rest at once when nothing is sent to it for long. */
const RESTED_AT_ONCE = 2_000;
/** Transactions that wait for one participant in memory before no more are fetched for it. */
const MOST_HELD = 1_000;

export class Life implements WriterHost {
  readonly incarnation: Incarnation;
  readonly commands: Commands;
  readonly interventions: Interventions;
  readonly driver: Driver;
  readonly dispatch: Dispatch<Resident>;
  private readonly time: DatabaseTime;
  private readonly lease: Lease;
  private readonly scheduler: Scheduler;
  private readonly writer: Writer;
  private readonly adoption: Adoption;
  private readonly watch: Watch;
  private readonly collector: Collector;
  private readonly ramp: Ramp;
  private readonly failpoints: Failpoints;
  private readonly recorder: Recorder;
  private readonly executor: Executor;
  private readonly waker: Waker;
  private readonly hints: Hints;
  private stopListening: () => void = () => undefined;
  /** Run until the end: others must see this node alive, and whoever waits must be answered, while it drains too. */
  private readonly vital: readonly Loop[];
  /** Bring transactions in; stopped first. */
  private readonly bringingIn: readonly Loop[];
  private readonly carryingOut: Loop;
  private readonly waking: Loop;
  private hasMoreDue = false;
  private hasMoreAbandoned = false;
  private hasMoreCommands = false;
  private isOver = false;

  constructor(
    private readonly ports: EnginePorts,
    private readonly options: EngineOptions,
    policies: Policies,
    waiters: Waiters,
    private readonly hasEnded: (life: Life, detail: string) => void,
  ) {
    const { store, clock, random, monitor, invoker } = ports;
    const self = random.bits63();
    const failpoints = ports.failpoints ?? noFailpoints;
    this.failpoints = failpoints;
    this.incarnation = self;
    this.time = new DatabaseTime(clock);
    this.lease = new Lease(clock, options.leaseMs);
    this.scheduler = new Scheduler(clock);
    const { time, lease, scheduler } = this;
    const writer = new Writer(store, clock, random, monitor, self, options, this, failpoints);
    this.writer = writer;
    const events = ports.announcer === undefined ? ('none' as const) : ('written' as const);
    const dispatch = this.openDispatch({
      letGo: (resident) => driver.settle(resident),
      fetch: (participant, most) => this.waker.fetch(participant, most),
      hurry: (participant) => this.waker.hurryAll(participant),
    });
    this.dispatch = dispatch;
    const timing = { clock, random, time, lease, scheduler };
    const driverPorts = { self, options, ...timing, monitor, invoker, waiters, writer, failpoints, dispatch, events };
    const driver = new Driver(driverPorts, (resident) => void this.metExisting(resident));
    this.driver = driver;
    const { maxInMemory } = options;
    this.adoption = new Adoption({ self, store, writer, driver, policies, time, monitor, maxInMemory });
    const { adoption } = this;
    this.hints = ports.hints ?? noHints;
    const failed = (error: unknown) => monitor.alarm('loop_failed', String(error));
    this.recorder = new Recorder({ store, writer, scheduler, hints: this.hints, lookEveryMs: options.pollEveryMs, failed });
    const { recorder } = this;
    const { acknowledgeWithinMs, retentionMs } = options;
    const asking = { driver, adoption, policies, time, recorder, turns: new Turns() };
    this.commands = new Commands({ ...asking, scheduler, random, acknowledgeWithinMs, retentionMs });
    this.interventions = new Interventions({ ...asking, writer, store });
    this.executor = new Executor({ self, store, writer, driver, adoption, time, scheduler, monitor });
    this.watch = new Watch(self, store, writer, clock, options.leaseMs);
    this.ramp = new Ramp(options.firstChunk, options.largestChunk);
    const { ramp } = this;
    const resting = new Resting({ policies, time, dispatch, invoker, restAfterMs: options.restAfterMs });
    this.collector = new Collector(self, store, adoption, ramp, resting, time, random, monitor, failpoints);
    const hurry = () => this.waking.hurry();
    this.waker = new Waker({ store, adoption, driver, dispatch, resting, ramp, time, invoker, hurry });
    this.vital = this.vitalLoops();
    this.carryingOut = this.loopCarryingOut();
    this.waking = this.loopWaking();
    this.bringingIn = [...this.loopsBringingIn(), this.carryingOut, this.waking];
  }

  get queueRows(): number {
    return this.writer.queueRows;
  }

  /** True while no other node can have declared this one dead. */
  get isLeaseValid(): boolean {
    return this.lease.isValid();
  }

  participants(): ParticipantsNow {
    return { nowMs: this.time.nowMs(), states: this.dispatch.states() };
  }

  /** Enters the store and begins to recover. Throws `StoreUnavailableError`; then this life was none. */
  async enter(): Promise<void> {
    // Before anything may leave: a participant that is paused is paused for a node that starts, too.
    const orders = await this.orders.readControls();
    const sentAtMs = this.ports.clock.monotonicMs();
    const { nowMs } = await this.ports.store.enter({ incarnation: this.incarnation, name: this.options.nodeName });
    this.time.calibrate(nowMs, sentAtMs, this.ports.clock.monotonicMs());
    this.lease.renew(sentAtMs);
    this.dispatch.obey(orders);
    this.ports.monitor.info('entered', { incarnation: this.incarnation, node: this.options.nodeName });
    for (const loop of [...this.vital, ...this.bringingIn]) loop.start();
    this.stopListening = this.hints.listen(() => this.carryingOut.hurry());
  }

  /**
   * Lets calls in the air end, flushes everything owned to rest, and leaves, so that another node or the next boot picks it up at once. Takes at
   * most `timeoutMs`: three quarters of it for the calls.
   */
  async drain(timeoutMs: number): Promise<void> {
    const startedAtMs = this.ports.clock.monotonicMs();
    for (const loop of this.bringingIn) loop.stop();
    this.driver.drain();
    this.failpoints.hit('drain.before-rest');
    await this.until(() => this.isAtRest, startedAtMs + timeoutMs * 0.75);
    this.driver.drainAll();
    await this.until(() => this.isAtRest, startedAtMs + timeoutMs);
    const left = this.driver.inMemory;
    if (left > 0) this.ports.monitor.alarm('drained_incompletely', `${left} transactions are left to whoever takes them over`);
    this.close();
    try {
      await this.ports.store.leave(this.incarnation);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
    }
  }

  nowMs(): number {
    return this.time.nowMs();
  }

  renewed(databaseMs: number, sentAtMs: number, receivedAtMs: number): void {
    const hadLapsed = !this.lease.isValid();
    this.time.calibrate(databaseMs, sentAtMs, receivedAtMs);
    this.lease.renew(sentAtMs);
    if (hadLapsed) this.ramp.restart();
  }

  announced(): void {
    this.ports.announcer?.announced();
  }

  declared(incarnations: readonly Incarnation[]): void {
    for (const incarnation of incarnations) this.ports.monitor.alarm('node_declared_dead', incarnation);
    this.failpoints.hit('ownership.after-declare');
  }

  silenced(): void {
    this.lease.revoke();
  }

  ended(cause: 'dead' | 'alien', detail: string): void {
    if (this.isOver) return;
    this.ports.monitor.alarm(cause === 'dead' ? 'node_dead' : 'lost_commits', detail);
    this.close();
    this.hasEnded(this, detail);
  }

  private get isAtRest(): boolean {
    return this.driver.inMemory === 0 && this.writer.isIdle;
  }

  private close(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.stopListening();
    for (const loop of [...this.vital, ...this.bringingIn]) loop.stop();
    this.writer.stop();
    this.driver.close(storeUnavailable);
    this.recorder.close();
    this.adoption.close();
    this.scheduler.stop();
  }

  private get orders(): Pick<ParticipantControlStore, 'readControls'> {
    return this.ports.participants ?? noParticipantControl;
  }

  private openDispatch(host: DispatchHost<Resident>): Dispatch<Resident> {
    const { invoker, monitor } = this.ports;
    const { breaker, breakers, maxInMemory, participantShare } = this.options;
    const { time, scheduler } = this;
    const mostHanded = Math.max(1, Math.floor(maxInMemory * participantShare));
    const isCrowded = () => this.driver.inMemory >= maxInMemory / 2;
    const limits = { mostHanded, mostHeld: Math.min(MOST_HELD, mostHanded), isCrowded };
    const breakerOf = (participant: string) => ({ ...breaker, ...breakers.get(participant) });
    return new Dispatch({ time, scheduler, monitor, participantOf: (to) => invoker.participantOf(to), breakerOf, limits }, host);
  }

  private vitalLoops(): readonly Loop[] {
    return [
      this.loop(
        () => this.options.leaseMs / 3,
        () => this.writer.beat(),
      ),
      this.loop(
        () => TICK_MS,
        () => this.tick(),
      ),
    ];
  }

  private loopsBringingIn(): readonly Loop[] {
    const { leaseMs, claimEveryMs, maxInMemory } = this.options;
    const jittered = (ms: number) => ms * (0.75 + this.ports.random.fraction() / 2);
    return [
      this.loop(
        () => this.watch.everyMs,
        async () => this.collector.sawAbandoned(await this.watch.look()),
      ),
      this.loop(
        () => (this.hasMoreAbandoned ? NEXT_CHUNK_MS : this.watch.everyMs),
        async () => {
          this.hasMoreAbandoned = this.lease.isValid() && (await this.collector.takeOver()) > 0;
        },
      ),
      this.loop(
        () => (this.hasMoreDue ? NEXT_CHUNK_MS : jittered(claimEveryMs)),
        async () => {
          this.hasMoreDue = this.lease.isValid() && (await this.collector.claimDue()) > 0;
        },
      ),
      this.loop(
        () => leaseMs,
        () => this.collector.findOrphans(maxInMemory * 2),
      ),
      this.loop(
        () => this.options.ordersEveryMs,
        async () => {
          this.driver.calls.restHeld(RESTED_AT_ONCE);
          this.dispatch.obey(await this.orders.readControls());
        },
      ),
    ];
  }

  private loopWaking(): Loop {
    return this.loop(
      () => (this.waker.isBusy ? NEXT_CHUNK_MS : SELDOM_MS),
      async () => {
        if (this.lease.isValid()) await this.waker.round();
      },
    );
  }

  private loopCarryingOut(): Loop {
    return this.loop(
      () => (this.hasMoreCommands ? NEXT_CHUNK_MS : this.options.commandsEveryMs),
      async () => {
        this.hasMoreCommands = this.lease.isValid() && (await this.executor.round());
      },
    );
  }

  private loop(intervalMs: () => number, round: () => Promise<void> | void): Loop {
    return new Loop(this.scheduler, intervalMs, round, (error) => this.ports.monitor.alarm('loop_failed', String(error)));
  }

  private tick(): void {
    this.driver.expectations.sweep();
    if (this.lease.isValid() && this.driver.calls.resume(this.ramp.size) > 0) this.ramp.grow();
  }

  /** A begin has met a row of its gid: it is answered from what is stored, as soon as that can be read. */
  private async metExisting(resident: Resident): Promise<void> {
    const { clock, random, store } = this.ports;
    const backoff = new Backoff(clock, random, this.options.firstBackoffMs, this.options.largestBackoffMs);
    while (resident.here) {
      try {
        const row = await store.read(resident.gid);
        if (!resident.here) return;
        if (row === null) {
          this.writer.enqueue(resident);
          return;
        }
        this.driver.forget(resident);
        resident.answerAll({ kind: 'existing', row });
        return;
      } catch (error) {
        if (!(error instanceof StoreUnavailableError)) this.ports.monitor.alarm('read_failed', String(error));
        await backoff.pause();
      }
    }
  }

  private async until(condition: () => boolean, deadlineMs: number): Promise<void> {
    const { clock } = this.ports;
    while (!condition() && clock.monotonicMs() < deadlineMs) {
      await new Promise<void>((resolve) => {
        clock.after(DRAIN_LOOK_MS, resolve);
      });
    }
  }
}

/** How often draining looks whether it is done. */
const DRAIN_LOOK_MS = 10;
