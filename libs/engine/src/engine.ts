/**
 * The engine as its neighbours see it: one object that outlives its incarnations. It decides whether this node serves at all, and turns every
 * failure into an `EngineError`.
 */
import { type Op, type Policy, type Transaction, type TransactionView, view } from '@assent/protocol';
import type {
  AbortRequest,
  BeginRequest,
  BeginResult,
  Choices,
  CommandResult,
  EngineState,
  Interventions,
  ParticipantOperations,
  ParticipantsNow,
  RegisterRequest,
  RegisterResult,
  SubmitRequest,
  TransactionEngine,
  WaitRequest,
} from './api.js';
import { choicesOf, type Deed, type DeedResult, type RefusedEarly, type Rehearsal, type Sealing, seal } from './commands/index.js';
import { storeUnavailable } from './driver/index.js';
import { EngineError } from './errors.js';
import { type EnginePorts, Life } from './life.js';
import { defaultEngineOptions, type EngineOptions } from './options.js';
import { Policies } from './policies.js';
import type { ParticipantControl, ParticipantOrder } from './ports/participant-control.js';
import { StoreUnavailableError } from './ports/transaction-store.js';
import { viewOfRow } from './rows.js';
import { Backoff, Scheduler } from './time/index.js';
import { isSatisfied, Waiters } from './waiters/index.js';

/** An incarnation that was entered in vain (its answer was lost) is declared dead by the next one, so few are ever alive at once. */
const OWN_REMEMBERED = 16;

type Phase = 'new' | 'starting' | 'alive' | 'draining' | 'stopped' | 'replaced';

export class Engine implements Interventions, TransactionEngine, ParticipantOperations {
  readonly gaveUp: Promise<string>;
  private giveUp!: (reason: string) => void;
  private readonly options: EngineOptions;
  private readonly policies: Policies;
  private readonly scheduler: Scheduler;
  private readonly waiters: Waiters;
  private phase: Phase = 'new';
  private life: Life | null = null;
  /** This process's own incarnations, so that one that is still marked alive is not taken for another process. The last few are enough. */
  private readonly own: string[] = [];
  private hasEndedBefore = false;
  /** The latest order about each participant that this process has said it keeps: it holds for all its incarnations. One for each name of an order. */
  private readonly answeredFor = new Map<string, ParticipantControl>();
  private isStoreAway = false;
  /** Begins and commands that have not been answered. */
  private asking = 0;

  constructor(
    private readonly ports: EnginePorts,
    options: Partial<EngineOptions> & Pick<EngineOptions, 'nodeName'>,
  ) {
    this.options = { ...defaultEngineOptions, ...options };
    this.policies = new Policies(ports.store, ports.clock);
    this.scheduler = new Scheduler(ports.clock);
    this.gaveUp = new Promise((resolve) => {
      this.giveUp = resolve;
    });
    const view = {
      isDrivenHere: (gid: string) => this.drivenHere(gid) !== null,
      readMany: (gids: readonly string[]) => ports.store.readMany(gids),
      viewOf: (row: Parameters<typeof viewOfRow>[0]) => viewOfRow(row, this.policies),
      get: (gid: string) => this.get(gid),
    };
    const { maxWaiters, pollEveryMs } = this.options;
    this.waiters = new Waiters(this.scheduler, maxWaiters, pollEveryMs, view, (error) => ports.monitor.alarm('look_failed', String(error)));
  }

  async start(): Promise<void> {
    if (this.phase !== 'new') throw new EngineError('not_ready', 'the engine was started before');
    this.phase = 'starting';
    await this.enter();
  }

  async drain(timeoutMs: number): Promise<void> {
    if (this.phase === 'stopped' || this.phase === 'draining') return;
    this.phase = 'draining';
    await this.life?.drain(timeoutMs);
    this.life = null;
    this.phase = 'stopped';
    this.waiters.answerAll();
    this.scheduler.stop();
  }

  state(): EngineState {
    const reason = this.whyNotServing();
    return {
      ready: reason === null,
      incarnation: this.life?.incarnation ?? null,
      ...(reason === null ? {} : { reason }),
      inMemory: this.life?.driver.inMemory ?? 0,
      callsInAir: this.life?.driver.calls.inAir ?? 0,
      queueRows: this.life?.queueRows ?? 0,
      waiters: this.waiters.size,
    };
  }

  latestPolicy(name: string): Promise<Policy | null> {
    return typed(this.policies.latest(name));
  }

  async begin(request: BeginRequest): Promise<BeginResult> {
    const { gid } = request;
    return this.admitted(gid, (life) => {
      if (life.driver.inMemory >= this.options.maxInMemory || life.queueRows >= this.options.maxQueueRows) throw overloaded(gid);
      return life.commands.begin(request);
    });
  }

  async register(gid: string, request: RegisterRequest): Promise<RegisterResult> {
    return this.admitted(gid, (life) => life.commands.register(gid, request));
  }

  async submit(gid: string, request: SubmitRequest): Promise<CommandResult> {
    return this.admitted(gid, (life) => life.commands.submit(gid, request));
  }

  async abort(gid: string, request: AbortRequest): Promise<CommandResult> {
    return this.admitted(gid, (life) => life.commands.abort(gid, request));
  }

  async creatorOf(gid: string, expected: string): Promise<string | null> {
    const creator = this.life?.driver.find(gid)?.present.createdBy ?? null;
    if (creator === expected) return creator;
    return (await typed(this.ports.store.read(gid)))?.createdBy ?? creator;
  }

  async repeatOf({
    gid,
    contentHash,
    createdBy,
  }: Pick<BeginRequest, 'gid' | 'contentHash' | 'createdBy'>): Promise<TransactionView | null> {
    const row = await typed(this.ports.store.read(gid));
    return row !== null && row.contentHash === contentHash && row.createdBy === createdBy ? typed(viewOfRow(row, this.policies)) : null;
  }

  intervene(gid: string, deed: Deed): Promise<DeedResult> {
    return this.admitted(gid, (life) => life.interventions.carryOut(gid, deed));
  }

  rehearse(gid: string, deed: Deed): Promise<Rehearsal> {
    return this.admitted(gid, (life) => life.interventions.rehearse(gid, deed));
  }

  choices(gid: string): Promise<Choices> {
    return this.admitted(gid, async (life) => {
      const { tx, image } = await life.interventions.look(gid);
      return { view: image, choices: choicesOf(tx, life.nowMs()) };
    });
  }

  seal(gid: string, branch: string, op: Op): Promise<Sealing> {
    return this.admitted(gid, async (life) => seal((await life.interventions.look(gid)).tx, branch, op, this.ports.invoker));
  }

  noteRefusal(gid: string, asked: RefusedEarly): Promise<void> {
    return this.admitted(gid, (life) => life.interventions.noteRefusal(gid, asked));
  }

  refreshPolicies(): Promise<void> {
    return typed(this.policies.refresh());
  }

  async get(gid: string): Promise<TransactionView> {
    const resident = this.drivenHere(gid);
    return resident === null ? typed(this.read(gid)) : viewOf(resident);
  }

  async wait(gid: string, { until, timeoutMs }: WaitRequest): Promise<TransactionView> {
    const resident = this.drivenHere(gid);
    if (resident === null || timeoutMs <= 0 || isSatisfied(until, resident.durable.status)) {
      const image = resident === null ? await this.get(gid) : viewOf(resident);
      if (timeoutMs <= 0 || isSatisfied(until, image.status)) return image;
    }
    return typed(this.waiters.wait(gid, until, timeoutMs));
  }

  participants(): ParticipantsNow {
    return this.serving().participants();
  }

  /** Those that this node has had to do with; none while it does not serve. For gauges. */
  participantStates(): ParticipantsNow['states'] {
    return this.life?.dispatch.states() ?? [];
  }

  orderParticipant(order: Omit<ParticipantOrder, 'atMs'>): Promise<ParticipantControl> {
    return typed(this.keepOrder(order));
  }

  private async keepOrder(order: Omit<ParticipantOrder, 'atMs'>): Promise<ParticipantControl> {
    const life = this.serving();
    const { participants } = this.ports;
    if (participants === undefined) throw new EngineError('not_ready', 'This node keeps no orders about participants.');
    const control = await participants.order({ ...order, atMs: life.participants().nowMs });
    const known = this.answeredFor.get(control.name);
    if (known === undefined || known.version < control.version) this.answeredFor.set(control.name, control);
    // The incarnation that was asked may have ended meanwhile, and the next one have read the orders before this one was kept.
    this.life?.dispatch.obey([control]);
    return control;
  }

  /** A transaction that this node drives: nobody else can have moved its durable image. `null` when it does not. */
  private drivenHere(gid: string): Driven | null {
    const { life } = this;
    const resident = life?.driver.find(gid);
    if (life === null || resident === undefined || resident.owner !== life.incarnation || !life.isLeaseValid) return null;
    const { durable, version, finishedAtMs } = resident;
    return durable === null ? null : { durable, version, finishedAtMs };
  }

  private async read(gid: string): Promise<TransactionView> {
    const row = await this.ports.store.read(gid);
    if (row === null) throw new EngineError('not_found', `There is no transaction ${gid}.`, { gid });
    return viewOfRow(row, this.policies);
  }

  /** Runs what was asked, unless this node does not serve, or too many wait for their answer already. */
  private async admitted<T>(gid: string, work: (life: Life) => Promise<T>): Promise<T> {
    const life = this.serving(gid);
    if (this.asking >= this.options.maxAsking) throw overloaded(gid);
    this.asking += 1;
    try {
      return await typed(work(life));
    } finally {
      this.asking -= 1;
    }
  }

  private serving(gid?: string): Life {
    const reason = this.whyNotServing();
    if (reason === null && this.life !== null) return this.life;
    if (reason === 'draining' || reason === 'stopped') {
      throw new EngineError('draining', 'This node is shutting down.', { gid, retryAfterMs: 1_000 });
    }
    if (reason === 'store_unavailable') throw storeUnavailable(gid);
    throw new EngineError('not_ready', `This node does not serve yet: ${reason}.`, { gid, retryAfterMs: 1_000 });
  }

  private whyNotServing(): string | null {
    if (this.phase === 'new') return 'starting';
    if (this.phase !== 'alive') return this.phase === 'starting' && this.isStoreAway ? 'store_unavailable' : this.phase;
    return this.life?.isLeaseValid ? null : 'store_unavailable';
  }

  /** Enters as a new incarnation, as often as it takes; bounded by the back-off, ended by draining. */
  private async enter(): Promise<void> {
    const { clock, random, monitor } = this.ports;
    const backoff = new Backoff(clock, random, this.options.firstBackoffMs, this.options.largestBackoffMs);
    while (this.phase === 'starting') {
      const life = new Life(this.ports, this.options, this.policies, this.waiters, (...end) => this.lifeEnded(...end));
      try {
        if (await this.isReplaced()) return;
        await this.policies.refresh();
        this.own.push(life.incarnation);
        if (this.own.length > OWN_REMEMBERED) this.own.shift();
        await life.enter();
        this.isStoreAway = false;
        if (this.phase === 'starting') {
          this.life = life;
          this.phase = 'alive';
          life.dispatch.obey([...this.answeredFor.values()]);
        } else {
          await life.drain(0);
        }
        return;
      } catch (error) {
        if (!(error instanceof StoreUnavailableError)) monitor.alarm('cannot_enter', String(error));
        else if (!this.isStoreAway) monitor.alarm('store_unavailable', error.message);
        this.isStoreAway = true;
        await backoff.pause();
      }
    }
  }

  /**
   * After this node was declared dead: true when another process runs under its name. Entering again would declare that one dead, and the two
   * would go on so for ever; the one that was replaced gives way.
   */
  private async isReplaced(): Promise<boolean> {
    if (!this.hasEndedBefore) return false;
    const nodes = await this.ports.store.readNodes();
    const namesake = nodes.find(
      (node) => node.state === 'alive' && node.name === this.options.nodeName && !this.own.includes(node.incarnation),
    );
    if (namesake === undefined || this.phase !== 'starting') return false;
    this.phase = 'replaced';
    const reason = `another process runs under the node name ${this.options.nodeName}`;
    this.ports.monitor.alarm('replaced', reason);
    this.giveUp(reason);
    return true;
  }

  private lifeEnded(life: Life, detail: string): void {
    if (this.life !== life || this.phase !== 'alive') return;
    this.life = null;
    this.hasEndedBefore = true;
    this.phase = 'starting';
    this.ports.monitor.info('starting again as a new incarnation', { was: life.incarnation, detail });
    void this.enter();
  }
}

/** A durable image and what is known of it. */
interface Driven {
  readonly durable: Transaction;
  readonly version: number;
  readonly finishedAtMs: number | null;
}

function viewOf({ durable, version, finishedAtMs }: Driven): TransactionView {
  return view(durable, version, finishedAtMs);
}

function overloaded(gid: string): EngineError {
  return new EngineError('overloaded', 'This node has as much work as it can hold.', { gid, retryAfterMs: 1_000 });
}

/** Rejects with `EngineError` only. */
async function typed<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof EngineError) throw error;
    if (error instanceof StoreUnavailableError) throw storeUnavailable();
    throw new EngineError('protocol_bug', error instanceof Error ? error.message : String(error));
  }
}
