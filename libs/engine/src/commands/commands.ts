/**
 * What initiators ask for, carried out by one incarnation: begin, register, submit, abort (DESIGN 4.9). Each is answered once its effect is
 * durable. A transaction at rest is fetched, stepped, and moved by one guarded image; if somebody else moved it first, the command is tried
 * once more on the fresh one. For a transaction of another node the command is recorded, and answered from what is stored once it is gone.
 */
import { type Answer, begin, type OpView, type Policy, step, type Transaction, type TransactionView, view } from '@assent/protocol';
import type { AbortRequest, BeginRequest, BeginResult, CommandResult, RegisterRequest, RegisterResult, SubmitRequest } from '../api.js';
import { type Driver, forwardOf, hasOutcome, type Landing, outcomeUnknown, type Resident } from '../driver/index.js';
import { EngineError } from '../errors.js';
import type { Adoption } from '../ownership/index.js';
import type { Policies } from '../policies.js';
import type { Random } from '../ports/clock.js';
import type { StoredTransaction } from '../ports/transaction-store.js';
import { transactionOf, viewOfRow } from '../rows.js';
import type { DatabaseTime, Scheduler } from '../time/index.js';
import { type Command, eventOf, rowOf } from './command.js';
import { endOfTry } from './end-of-try.js';
import type { Recorder } from './recorder.js';
import type { Turns } from './turns.js';

export interface CommandPorts {
  readonly driver: Driver;
  readonly adoption: Adoption;
  readonly policies: Policies;
  readonly time: DatabaseTime;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly recorder: Recorder;
  readonly turns: Turns;
  /** How long a command may take at another node before it is answered `outcome_unknown`; a registration longer by the time of its try. */
  readonly acknowledgeWithinMs: number;
  readonly retentionMs: number;
}

/** How often a command is tried when other nodes keep moving the row. */
const MOST_TRIES = 5;

interface CarriedOut {
  readonly kind: 'done' | 'repeated';
  /** `null`: at another node. */
  readonly resident: Resident | null;
  /** The durable image. */
  readonly view: TransactionView;
}

/** What came of asking a transaction; nothing of it is durable yet. */
type Asked =
  | { readonly kind: 'elsewhere'; readonly row: StoredTransaction }
  | { readonly kind: 'done' | 'repeated'; readonly resident: Resident; readonly landing: Promise<Landing> | null };

export class Commands {
  constructor(private readonly ports: CommandPorts) {}

  async begin(request: BeginRequest): Promise<BeginResult> {
    const { gid, definition } = request;
    const { driver, adoption, policies } = this.ports;
    const policy = policies.known(definition.policy) ?? (await this.policyOf(request));
    for (let arrival = adoption.arrival(gid); arrival !== null; arrival = adoption.arrival(gid)) await arrival;
    const there = driver.find(gid);
    if (there !== undefined) return this.joinBegin(there, request);
    if (madeAtMs(gid) < this.ports.time.nowMs() - this.ports.retentionMs) throw gidExpired(gid);
    const tx = this.machineBegin(request, policy);
    const resident = driver.accept(tx, request.contentHash);
    return this.begun(resident, await driver.expectations.expect(resident, 0), request, 'accepted');
  }

  async register(gid: string, { branch, waitMs }: RegisterRequest): Promise<RegisterResult> {
    const carriedOut = await this.carryOut(gid, { kind: 'register', branch, waitMs });
    const kind = carriedOut.kind === 'done' ? 'registered' : 'repeated';
    const { resident } = carriedOut;
    if (resident === null) {
      const forward = carriedOut.view.branches.find(({ id }) => id === branch.id)?.forward;
      return { kind, view: carriedOut.view, forward: forward ?? NOT_CALLED };
    }
    const { driver, scheduler } = this.ports;
    if (branch.run === 'coordinator' && resident.here) await endOfTry(driver, scheduler, resident, branch.id, waitMs);
    return { kind, view: durableViewOf(resident), forward: forwardOf(resident, branch.id) ?? NOT_CALLED };
  }

  async submit(gid: string, { branches, by }: SubmitRequest): Promise<CommandResult> {
    const { kind, view: image } = await this.carryOut(gid, { kind: 'submit', branches, by });
    return { kind, view: image };
  }

  async abort(gid: string, { code, message, by }: AbortRequest): Promise<CommandResult> {
    const { kind, view: image } = await this.carryOut(gid, { kind: 'abort', code, message, by });
    return { kind, view: image };
  }

  /** A gid in memory is compared by content: the same joins the flush that is under way, another is a conflict. */
  private async joinBegin(resident: Resident, request: BeginRequest): Promise<BeginResult> {
    if (resident.contentHash !== request.contentHash) throw gidConflict(request.gid);
    if (resident.present.createdBy !== request.createdBy) throw gidConflict(request.gid);
    if (resident.durable !== null) return { kind: 'repeated', view: durableViewOf(resident) };
    return this.begun(resident, await this.ports.driver.expectations.expect(resident, 0), request, 'repeated');
  }

  private async begun(resident: Resident, landing: Landing, request: BeginRequest, kind: BeginResult['kind']): Promise<BeginResult> {
    if (landing.kind === 'existing') return this.metExisting(landing.row, request);
    return { kind, view: durableViewOf(resident) };
  }

  private async metExisting(row: StoredTransaction, request: BeginRequest): Promise<BeginResult> {
    if (row.contentHash !== request.contentHash) throw gidConflict(request.gid);
    if (row.createdBy !== request.createdBy) throw gidConflict(request.gid);
    return { kind: 'repeated', view: await viewOfRow(row, this.ports.policies) };
  }

  private async policyOf({ gid, definition }: BeginRequest): Promise<Policy> {
    const { name, version } = definition.policy;
    const policy = await this.ports.policies.find(definition.policy);
    if (policy === null) throw new EngineError('policy_unknown', `There is no policy ${name} version ${version}.`, { gid });
    return policy;
  }

  private machineBegin(request: BeginRequest, policy: Policy): ReturnType<typeof begin> {
    const { gid, name, businessKey, createdBy, definition } = request;
    try {
      return begin({ gid, name, businessKey, createdBy, createdAtMs: this.ports.time.nowMs() }, definition, policy);
    } catch (error) {
      throw new EngineError('protocol_bug', error instanceof Error ? error.message : String(error), { gid });
    }
  }

  private async carryOut(gid: string, command: Command): Promise<CarriedOut> {
    const { driver, turns } = this.ports;
    let hasRecorded = false;
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const ask = () => this.ask(gid, command, hasRecorded);
      // In memory many may ask at once. What was fetched leaves memory again with whoever is through with it first: there they take turns.
      const asked = await (driver.find(gid) === undefined ? turns.take(gid, ask) : ask());
      if (asked === null) continue;
      if (asked.kind === 'elsewhere') {
        const judged = await this.judge(asked.row, command, hasRecorded);
        if (judged !== null) return judged;
        await this.record(gid, command);
        hasRecorded = true;
        continue;
      }
      const { kind, resident, landing } = asked;
      if (landing !== null && (await landing).kind !== 'durable') continue;
      return { kind: hasRecorded ? 'done' : kind, resident, view: durableViewOf(resident) };
    }
    throw outcomeUnknown(gid);
  }

  /** `null`: it has left memory between being found and being asked. */
  private async ask(gid: string, command: Command, hasRecorded: boolean): Promise<Asked | null> {
    const { driver, adoption, time } = this.ports;
    const found = await adoption.acquire(gid);
    if (found.kind === 'elsewhere') return found;
    const { resident } = found;
    if (!resident.here) return null;
    const isThere = hasRecorded && isRegistered(resident.present, command);
    const kind = isThere ? 'repeated' : this.kindOf(resident, driver.step(resident, eventOf(command, time.nowMs())));
    const landing = kind === 'done' ? driver.durably(resident) : driver.durablyRepeated(resident);
    driver.settle(resident);
    return { kind, resident, landing };
  }

  /**
   * What the command comes to by the durable image of another node's transaction: what that holds is never taken back. `null`: it would change
   * something, so that the node that drives it has to be asked. Throws the refusal.
   */
  private async judge(row: StoredTransaction, command: Command, hasRecorded: boolean): Promise<CarriedOut | null> {
    const tx = await transactionOf(row, this.ports.policies);
    const image = view(tx, row.version, row.finishedAtMs);
    if (hasRecorded && isRegistered(tx, command)) return { kind: 'done', resident: null, view: image };
    const { answer } = step(tx, eventOf(command, this.ports.time.nowMs()));
    if (answer.kind === 'refused') throw new EngineError(answer.code, answer.detail, { gid: row.gid, view: image });
    if (answer.kind !== 'repeated' || (!hasRecorded && awaitsTry(tx, command))) return null;
    return { kind: hasRecorded ? 'done' : 'repeated', resident: null, view: image };
  }

  private async record(gid: string, command: Command): Promise<void> {
    const { recorder, time, random, acknowledgeWithinMs } = this.ports;
    const tryMs = command.kind === 'register' && command.branch.run === 'coordinator' ? command.waitMs : 0;
    await recorder.record(rowOf(gid, command, time.nowMs(), random), acknowledgeWithinMs + tryMs);
  }

  private kindOf(resident: Resident, answer: Answer | null): 'done' | 'repeated' {
    const { gid } = resident;
    if (answer === null) throw new EngineError('protocol_bug', `transaction ${gid} was set aside with an alarm`, { gid });
    if (answer.kind === 'done' || answer.kind === 'repeated') return answer.kind;
    const details = { gid, view: durableViewOf(resident) };
    // It may have been fetched for this only: then it leaves memory again.
    this.ports.driver.settle(resident);
    if (answer.kind === 'refused') throw new EngineError(answer.code, answer.detail, details);
    throw new EngineError('protocol_bug', `the command was ignored as ${answer.mark}`, details);
  }
}

const NOT_CALLED: OpView = { op: 'try', outcome: 'none', attempts: 0 };

/** The durable image, which is what reads show. Every resident that a command reaches has one. */
function durableViewOf(resident: Resident): TransactionView {
  return view(resident.durable ?? resident.present, resident.version, resident.finishedAtMs);
}

/** True when a recorded registration has been carried out. Its own try may have decided since, and then the machine would refuse it. */
function isRegistered({ definition }: Transaction, command: Command): boolean {
  if (command.kind !== 'register') return false;
  const { id, hash } = command.branch;
  return definition.branches.some((known) => known.id === id && known.hash === hash);
}

/** True when a registration is there, and its try is still to be waited for. */
function awaitsTry(tx: Transaction, command: Command): boolean {
  return command.kind === 'register' && command.branch.run === 'coordinator' && !hasOutcome(tx, command.branch.id);
}

/** When a gid was made, if it is a UUIDv7; else, for all that is known, just now. RFC 9562, 5.7: the first 48 bits are milliseconds. */
function madeAtMs(gid: string): number {
  if (gid.length !== 36 || gid[14] !== '7' || gid[8] !== '-') return Number.POSITIVE_INFINITY;
  const ms = Number.parseInt(gid.slice(0, 8) + gid.slice(9, 13), 16);
  return Number.isNaN(ms) ? Number.POSITIVE_INFINITY : ms;
}

function gidExpired(gid: string): EngineError {
  return new EngineError('gid_expired', `${gid} was made longer ago than transactions are kept.`, { gid });
}

function gidConflict(gid: string): EngineError {
  return new EngineError('gid_conflict', `${gid} was begun before with other content, or by another principal.`, { gid });
}
