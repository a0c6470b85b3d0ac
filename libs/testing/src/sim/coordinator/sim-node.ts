/** A coordinator: a process with a real engine in it, that can be killed, stopped, drained, and started again over what is durable. */
import { type BranchCall, Engine, type EngineOptions, type FailpointName, type Failpoints } from '@assent/engine';
import { type SimDatabase, SimStore } from '../database/index.js';
import { type Faults, type Journal, type Marks, SimProcess, type SimRandom, type Timeline } from '../kernel/index.js';
import type { CallLedger, Durable, Effects, Fences, Findings, Pauses, Payloads } from '../truth/index.js';
import type { Network } from './network.js';
import { participantOf, SimInvoker } from './sim-invoker.js';
import { SimMonitor } from './sim-monitor.js';
import { type CallBounds, WatchedCalls } from './watched-calls.js';

const DOWN_MS = [20, 4_000] as const;

export interface NodeContext {
  readonly timeline: Timeline;
  readonly random: SimRandom;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly marks: Marks;
  readonly findings: Findings;
  readonly database: SimDatabase;
  readonly network: Network;
  readonly durable: Durable;
  readonly ledger: CallLedger;
  readonly effects: Effects;
  readonly fences: Fences;
  readonly pauses: Pauses;
  readonly payloads: Payloads;
  readonly options: Partial<EngineOptions> & { readonly leaseMs: number };
  readonly bounds: CallBounds;
  readonly mayLoseCommits: boolean;
}

/** One process of a coordinator, from its start to its end. */
export interface Running {
  readonly process: SimProcess;
  readonly engine: Engine;
  readonly store: SimStore;
  readonly monitor: SimMonitor;
  /** Counts the processes under this name. */
  readonly boot: number;
}

export class SimNode {
  private running: Running | null = null;
  private readonly replaced: SimProcess[] = [];
  private boots = 0;

  constructor(
    readonly name: string,
    private readonly context: NodeContext,
  ) {}

  /** The process that serves under this name, or `null` while there is none. */
  get current(): Running | null {
    return this.running;
  }

  start(): void {
    if (this.running !== null) return;
    this.boots += 1;
    const { timeline, random, journal, marks, findings, options, mayLoseCommits } = this.context;
    const stream = random.fork(`${this.name} ${this.boots}`);
    const process = new SimProcess(timeline, this.name, stream);
    const monitor = new SimMonitor(this.name, journal, marks, findings, mayLoseCommits);
    const store = this.openStore(process, stream.fork('store'));
    const { boots: boot } = this;
    const invoker = this.openInvoker(process, boot, () => engine.state().incarnation);
    const failpoints: Failpoints = { hit: (point) => this.passes(process, point), isArmed: () => false };
    const announcer = { announced: () => undefined };
    const ports = { store, participants: store, invoker, clock: process, random: stream.fork('engine'), monitor, failpoints, announcer };
    const engine = new Engine(ports, { ...options, nodeName: this.name });
    this.running = { process, engine, store, monitor, boot };
    journal.note(this.name, 'starts');
    void engine.gaveUp.then(() => this.end(process));
    void engine.start();
  }

  /** kill -9; it comes back by itself. Answers false when there is nothing to kill. */
  crash(): boolean {
    if (this.running === null) return false;
    this.context.journal.note(this.name, 'is killed');
    this.end(this.running.process);
    return true;
  }

  /** SIGSTOP for a while. Answers false when there is nothing to stop. */
  pause(forMs: number): boolean {
    const process = this.running?.process;
    if (process === undefined || process.isStopped) return false;
    this.context.journal.note(this.name, `is stopped for ${Math.round(forMs)} ms`);
    process.stop();
    this.context.timeline.after(forMs, () => {
      this.context.journal.note(this.name, 'goes on');
      process.resume();
    });
    return true;
  }

  /** SIGTERM; it comes back by itself. */
  drain(): boolean {
    const running = this.running;
    if (running === null || running.process.isStopped || running.engine.state().reason === 'draining') return false;
    this.context.journal.note(this.name, 'drains');
    void running.engine.drain(this.context.faults.between('drain', 50, 2_000)).then(() => {
      if (running.process.isGone) return;
      this.context.journal.note(this.name, 'has drained');
      this.end(running.process);
    });
    return true;
  }

  /** Starts a second process under this name while the first is stopped. */
  replace(): boolean {
    if (this.running === null || !this.running.process.isStopped) return false;
    this.replaced.push(this.running.process);
    this.running = null;
    this.start();
    return true;
  }

  /** Everything goes on, and nobody is stopped any more. */
  heal(): void {
    for (const process of this.replaced) process.resume();
    if (this.running !== null) {
      this.running.process.resume();
      this.running.store.isSilent = false;
    }
    this.start();
  }

  private end(process: SimProcess): void {
    process.kill();
    if (this.running?.process !== process) return;
    this.running = null;
    const { timeline, faults } = this.context;
    timeline.after(faults.between('crash', ...DOWN_MS), () => this.start());
  }

  private openStore(process: SimProcess, random: SimRandom): SimStore {
    const { timeline, database, faults, marks, options, ledger } = this.context;
    return new SimStore({
      ...{ timeline, database, process, faults, random, marks },
      cut: (batch) => ledger.cut(batch),
      reached: (point) => {
        this.mayCrash(process, point);
        if (point === 'flush sent' && this.running?.process === process && faults.strikes('pause-in-flush')) {
          this.pause(faults.between('pause-in-flush', 0.5, 3) * options.leaseMs);
        }
      },
    });
  }

  private openInvoker(process: SimProcess, boot: number, incarnation: () => string | null): SimInvoker {
    const { network, faults, journal, findings, bounds, durable, ledger, timeline } = this.context;
    const calls = new WatchedCalls(findings, bounds, () => timeline.nowMs);
    return new SimInvoker({
      ...{ network, process, faults, journal },
      leaves: (call) => {
        if (isSeal(call)) return;
        const by = incarnation() ?? '';
        durable.callLeaves(call, by);
        this.context.payloads.leaves(call);
        this.context.effects.callLeaves(call.gid, call.branch, call.op);
        this.judgeLease(call, by);
        this.context.pauses.leaves(call.gid, participantOf(call.endpoint), { node: this.name, boot });
        ledger.leaves(call, by);
        calls.leaves(call, `${by} ${durable.tenureOf(call.gid)}`);
      },
      ended: (call, outcome) => {
        if (isSeal(call)) return;
        ledger.ended(call, outcome, incarnation() ?? '');
        calls.ended(call, outcome, durable.state(call.gid)?.policy.maxPendingMs ?? 0);
      },
    });
  }

  /** O: a node that others have watched for a lease and declared dead sends nothing more. */
  private judgeLease(call: BranchCall, by: string): void {
    const { fences, findings, durable } = this.context;
    if (durable.hasLostCommits || !fences.wasDeclaredDead(by)) return;
    findings.add('O', call.gid, `${call.op} of ${call.branch} left ${this.name} after it had been declared dead`);
  }

  private mayCrash(process: SimProcess, point: string): void {
    const { faults, journal, marks } = this.context;
    if (process.isGone || !faults.strikes('crash-point')) return;
    journal.note(this.name, `is killed at ${point}`);
    marks.reach(`killed at ${point}`);
    this.end(process);
  }

  private passes(process: SimProcess, point: FailpointName): void {
    const { faults, options, marks } = this.context;
    this.mayCrash(process, point);
    if (process.isGone || this.running?.process !== process || !faults.strikes('stop-point')) return;
    if (this.pause(faults.between('stop-point', 0.5, 3) * options.leaseMs)) marks.reach(`stopped at ${point}`);
  }
}

/** A person's question, and no call that a transaction owes. */
function isSeal({ op }: BranchCall): boolean {
  return op.startsWith('seal-');
}
