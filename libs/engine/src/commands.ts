/**
 * What initiators ask for, carried out by one incarnation: begin, register, submit, abort (DESIGN 4.9). Each is answered once its effect is
 * durable. A transaction at rest is fetched, stepped, and moved by one guarded image; if somebody else moved it first, the command is tried
 * once more on the fresh one.
 */
import { type Answer, begin, type OpView, type Policy, type ProtocolEvent, type TransactionView, view } from '@assent/protocol';
import type { AbortRequest, BeginRequest, BeginResult, CommandResult, RegisterRequest, RegisterResult, SubmitRequest } from './api.js';
import { type Driver, forwardOf, type Landing, RegistrationWatch, type Resident } from './driver/index.js';
import { EngineError } from './errors.js';
import type { Adoption } from './ownership/index.js';
import type { Policies } from './policies.js';
import type { StoredTransaction } from './ports/transaction-store.js';
import { viewOfRow } from './rows.js';
import type { DatabaseTime, Scheduler } from './time/index.js';

export interface CommandPorts {
  readonly driver: Driver;
  readonly adoption: Adoption;
  readonly policies: Policies;
  readonly time: DatabaseTime;
  readonly scheduler: Scheduler;
}

/** How often a command is tried when other nodes keep moving the row. */
const MOST_TRIES = 5;

interface CarriedOut {
  readonly resident: Resident;
  readonly kind: 'done' | 'repeated';
}

export class Commands {
  constructor(private readonly ports: CommandPorts) {}

  async begin(request: BeginRequest): Promise<BeginResult> {
    const { gid, definition } = request;
    const { driver, adoption, policies } = this.ports;
    const policy = policies.known(definition.policy) ?? (await this.policyOf(request));
    for (let arrival = adoption.arrival(gid); arrival !== null; arrival = adoption.arrival(gid)) await arrival;
    const there = driver.find(gid);
    if (there !== undefined) return this.joinBegin(there, request);
    const tx = this.machineBegin(request, policy);
    const resident = driver.accept(tx, request.contentHash);
    return this.begun(resident, await driver.expectations.expect(resident, 0), request, 'accepted');
  }

  async register(gid: string, { branch, waitMs }: RegisterRequest): Promise<RegisterResult> {
    const { resident, kind } = await this.carryOut(gid, (atMs) => ({ kind: 'registered', branch, atMs }));
    if (branch.run === 'coordinator' && resident.here) {
      const watch = new RegistrationWatch(branch.id, waitMs, this.ports.scheduler);
      if (!watch.saw(resident.present)) resident.watchers.push(watch);
      await watch.ended;
      // A refused try has decided to abort: what the initiator is told of it must be durable.
      if (resident.here && resident.present.status !== resident.durable?.status) await this.ports.driver.durablyRepeated(resident);
    }
    const forward = forwardOf(resident, branch.id) ?? NOT_CALLED;
    return { kind: kind === 'done' ? 'registered' : 'repeated', view: durableViewOf(resident), forward };
  }

  async submit(gid: string, { branches, by }: SubmitRequest): Promise<CommandResult> {
    const { resident, kind } = await this.carryOut(gid, (atMs) => ({ kind: 'submitted', branches, by, atMs }));
    return { kind, view: durableViewOf(resident) };
  }

  async abort(gid: string, { code, message, by }: AbortRequest): Promise<CommandResult> {
    const { resident, kind } = await this.carryOut(gid, (atMs) => ({ kind: 'abortRequested', code, message, by, atMs }));
    return { kind, view: durableViewOf(resident) };
  }

  /** A gid in memory is compared by content: the same joins the flush that is under way, another is a conflict. */
  private async joinBegin(resident: Resident, request: BeginRequest): Promise<BeginResult> {
    if (resident.contentHash !== request.contentHash) throw gidConflict(request.gid);
    if (resident.durable !== null) return { kind: 'repeated', view: durableViewOf(resident) };
    return this.begun(resident, await this.ports.driver.expectations.expect(resident, 0), request, 'repeated');
  }

  private async begun(resident: Resident, landing: Landing, request: BeginRequest, kind: BeginResult['kind']): Promise<BeginResult> {
    if (landing.kind === 'existing') return this.metExisting(landing.row, request);
    return { kind, view: durableViewOf(resident) };
  }

  private async metExisting(row: StoredTransaction, request: BeginRequest): Promise<BeginResult> {
    if (row.contentHash !== request.contentHash) throw gidConflict(request.gid);
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

  private async carryOut(gid: string, eventAt: (atMs: number) => ProtocolEvent): Promise<CarriedOut> {
    const { driver, adoption, time } = this.ports;
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const resident = await adoption.acquire(gid);
      // It may have left memory between being found and this line being reached.
      if (!resident.here) continue;
      const kind = this.kindOf(resident, driver.step(resident, eventAt(time.nowMs())));
      const landing = kind === 'done' ? driver.durably(resident) : driver.durablyRepeated(resident);
      driver.settle(resident);
      if (landing === null || (await landing).kind === 'durable') return { resident, kind };
    }
    throw new EngineError('owned_elsewhere', `Other nodes kept moving ${gid}.`, { gid, retryAfterMs: 1_000 });
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

function gidConflict(gid: string): EngineError {
  return new EngineError('gid_conflict', `${gid} was begun before with other content.`, { gid });
}
