/**
 * A participant service: the real barrier over a simulated local database, with work that takes time, refuses, fails, or goes on in the background.
 * It may be killed at any moment; its database stays.
 */
import type { BranchCall, FailpointName, Failpoints } from '@assent/engine';
import { type Answer, Barrier, BusinessRejection, type ForwardState, type WorkEnd } from '@assent/participant';
import type { Outcome } from '@assent/protocol';
import { type Faults, type Journal, type Marks, SimProcess, type SimRandom, type Timeline } from '../kernel/index.js';
import { type EffectKind, type Effects, effectOf, resultOf } from '../truth/index.js';
import { type CommitFate, type LocalDatabase, type LocalTransaction } from './local-database.js';
import { carryOut, goOn, type Order } from './shop.js';

/** 30 days: nothing of a run is ever that old. */
const RETENTION_MS = 30 * 86_400_000;
const WORK_MS = [0, 4] as const;
const SLOW_WORK_MS = [50, 2_000] as const;
const BACKGROUND_MS = [100, 2_500] as const;
/** Longer than some policies wait for. */
const LONG_BACKGROUND_MS = [6_000, 12_000] as const;
const LONG_SHARE = 0.15;
const DOWN_MS = [100, 3_000] as const;

export interface ServiceContext {
  readonly timeline: Timeline;
  readonly random: SimRandom;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly marks: Marks;
  readonly effects: Effects;
  readonly nowMs: () => number;
}

/** How a call ends for the caller; `reset` when the process was killed meanwhile. */
export type Replied = (outcome: Outcome) => void;

export class Service {
  private process!: SimProcess;
  private barrier!: Barrier<LocalTransaction>;
  private readonly callers = new Set<Replied>();
  /** Work that was begun and goes on in the background; kept in the service's database, so that it outlives a process. */
  private readonly jobs = new Map<string, BranchCall>();
  private isUp = false;

  constructor(
    readonly name: string,
    readonly database: LocalDatabase,
    private readonly context: ServiceContext,
  ) {
    this.start();
  }

  /** A commit of its database: decided by the faults of the run. */
  static fateOfCommit(faults: Faults): CommitFate {
    if (faults.strikes('commit-failed')) return 'fails';
    return faults.strikes('commit-lost') ? 'lost' : 'works';
  }

  /** Kills the process. Answers false when there is none. It comes back by itself. */
  crash(): boolean {
    if (!this.isUp) return false;
    const { timeline, faults, journal } = this.context;
    journal.note(this.name, 'is killed');
    this.isUp = false;
    this.process.kill();
    const callers = [...this.callers];
    this.callers.clear();
    for (const replied of callers) replied(unknown('reset', 'the connection was reset'));
    timeline.after(faults.between('service-crash', ...DOWN_MS), () => this.start());
    return true;
  }

  /** Comes back at once, if it is down. */
  start(): void {
    if (this.isUp) return;
    const { timeline, random, nowMs } = this.context;
    this.isUp = true;
    this.process = new SimProcess(timeline, this.name, random);
    this.database.connect(this.process);
    const { process } = this;
    const failpoints: Failpoints = { hit: (point) => this.passes(process, point), isArmed: () => false };
    this.barrier = new Barrier(this.database, { retentionMs: RETENTION_MS, now: nowMs, failpoints });
    for (const { gid, branch } of this.database.pending()) this.goOn(`${gid}/${branch}`);
  }

  /** A call has arrived. */
  receive(call: BranchCall, replied: Replied): void {
    if (!this.isUp) {
      replied(unknown('connect_failed', 'connection refused'));
      return;
    }
    this.callers.add(replied);
    const reply = (outcome: Outcome) => {
      if (!this.callers.delete(replied)) return;
      this.context.journal.note(this.name, `${call.gid} ${call.branch} ${call.op} ${call.attempt} -> ${describe(outcome)}`);
      replied(outcome);
    };
    void this.answer(call).then(
      (outcome) => reply(outcome),
      (error: unknown) => reply(unknown('http_500', String(error))),
    );
  }

  private async answer(call: BranchCall): Promise<Outcome> {
    const { gid, branch, op, begunAtMs } = call;
    const { barrier, process } = this;
    let hasRun = false;
    const answer = await barrier.answer({ gid, branch, op, begunAtMs }, (tx, forward) => {
      hasRun = true;
      return this.work(call, tx, forward);
    });
    if (!process.isGone) this.noteAnswer(call, answer, hasRun);
    return outcomeOf(answer);
  }

  /** The work of a branch, inside the local transaction that holds its barrier row. */
  private async work(call: BranchCall, tx: LocalTransaction, forward: ForwardState): Promise<WorkEnd> {
    const { faults, random, marks } = this.context;
    const kind = effectOf(call.op)!;
    await this.pause(faults.strikes('slow-work') ? faults.between('slow-work', ...SLOW_WORK_MS) : random.between(...WORK_MS));
    if (kind === 'forward' && faults.strikes('pending')) {
      // What it wants is set aside in this local transaction, and stays so until the work ends or is undone.
      goOn(tx, 'begin', orderOf(call));
      this.jobs.set(`${call.gid}/${call.branch}`, call);
      this.goOn(`${call.gid}/${call.branch}`);
      return { kind: 'pending' };
    }
    if (kind !== 'forward' && faults.strikes('contract-breach')) throw new BusinessRejection('NOT_NOW', 'refuses what it may not refuse');
    if (forward === 'pending') {
      marks.reach('barrier rollback of pending');
      // Half of the services let the work come to its end first, the other half undoes what it has begun.
      if (random.chance(0.5)) return { kind: 'pending' };
      goOn(tx, 'undo', orderOf(call));
      return { kind: 'done', result: null };
    }
    this.change(call, tx, kind);
    // What had been written goes back with the refusal.
    if ((kind === 'forward' || call.op === 'deliver') && faults.strikes('reject'))
      throw new BusinessRejection('NO', `${call.branch} refuses`);
    if (faults.strikes('work-error')) throw new Error('the work failed after it had written');
    return { kind: 'done', result: kind === 'forward' ? resultOf(call.branch) : null };
  }

  private passes(process: SimProcess, point: FailpointName): void {
    if (process.isGone || !this.context.faults.strikes('work-crash')) return;
    this.context.marks.reach(`killed at ${point}`);
    this.crash();
  }

  private change({ gid, branch, op, payload }: BranchCall, tx: LocalTransaction, kind: EffectKind): void {
    carryOut(tx, op, JSON.parse(payload) as Order);
    tx.did({ gid, branch, kind, payload });
    if (op === 'deliver') this.context.marks.reach('delivered behind a pivot');
  }

  /** Pending work comes to its end in the background, after a crash too. */
  private goOn(key: string): void {
    const job = this.jobs.get(key);
    const { faults, random, marks, journal } = this.context;
    const { process } = this;
    if (job === undefined) throw new Error(`${key} is pending, and nobody knows of what`);
    const isLong = random.fork(`length of ${key}`).chance(LONG_SHARE);
    const [least, most] = isLong ? LONG_BACKGROUND_MS : BACKGROUND_MS;
    process.after(random.between(least, most), () => {
      this.endJob(job, faults.strikes('reject')).then(
        (end) => {
          journal.note(this.name, `${key} in the background: ${end}`);
          if (end === 'already_ended') marks.reach('barrier already_ended');
        },
        () => {
          if (!process.isGone) this.goOn(key);
        },
      );
    });
  }

  private endJob(call: BranchCall, refuses: boolean): Promise<'ended' | 'already_ended'> {
    const { gid, branch, op, payload } = call;
    if (refuses) {
      const refusal = new BusinessRejection('NO', `${branch} refuses after a while`);
      return this.barrier.reject(gid, branch, refusal, async (tx) => goOn(tx, 'undo', orderOf(call)));
    }
    return this.barrier.complete(gid, branch, async (tx) => {
      goOn(tx, op, orderOf(call));
      tx.did({ gid, branch, kind: 'forward', payload });
      return { of: branch };
    });
  }

  private noteAnswer(call: BranchCall, answer: Answer, hasRun: boolean): void {
    const { marks, effects } = this.context;
    if (answer.kind === 'sealed') marks.reach(answer.report.sealed ? 'barrier took a seal' : 'barrier had run');
    const kind = effectOf(call.op);
    if (kind === undefined) return;
    if (answer.kind === 'busy') marks.reach('barrier busy');
    if (answer.kind === 'rejected') marks.reach(`barrier ${answer.code}`);
    if (answer.kind === 'succeeded' && !hasRun) marks.reach(kind === 'rollback' ? 'barrier empty rollback' : 'barrier replayed');
    if (kind === 'forward' && (answer.kind === 'succeeded' || answer.kind === 'rejected'))
      effects.answered(call.gid, call.branch, answer.kind, answer.kind === 'succeeded' ? answer.result : null);
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.process.after(ms, resolve);
    });
  }
}

function orderOf({ payload }: BranchCall): Order {
  return JSON.parse(payload) as Order;
}

function outcomeOf(answer: Answer): Outcome {
  switch (answer.kind) {
    case 'succeeded':
      return answer.result === null ? { kind: 'succeeded' } : { kind: 'succeeded', result: answer.result };
    case 'rejected':
      return { kind: 'rejected', refusal: { code: answer.code, message: answer.message } };
    case 'pending':
    case 'busy':
      return { kind: 'pending' };
    case 'sealed':
      return { kind: 'succeeded', result: JSON.stringify(answer.report) };
  }
}

export function unknown(code: string, message: string): Outcome {
  return { kind: 'unknown', code, message };
}

export function describe(outcome: Outcome): string {
  if (outcome.kind === 'rejected') return `rejected ${outcome.refusal.code}`;
  return outcome.kind === 'unknown' ? `unknown ${outcome.code}` : outcome.kind;
}
