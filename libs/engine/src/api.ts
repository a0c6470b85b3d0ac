/** What can be asked of the engine, as types: the REST layer codes against this file, and its tests may stand in for it. */
import type { BranchDefinition, Definition, Op, OpView, Policy, TransactionView } from '@assent/protocol';
import type { Choice, Deed, DeedResult, RefusedEarly, Rehearsal, Sealing } from './commands/index.js';
import type { DispatchState } from './dispatch/index.js';
import type { ParticipantControl, ParticipantOrder } from './ports/participant-control.js';

export interface BeginRequest {
  readonly gid: string;
  readonly name: string;
  readonly businessKey: string | null;
  readonly createdBy: string;
  /** SHA-256 of the canonical request, 64 hex digits: what tells a repeat from another content. */
  readonly contentHash: string;
  /** Checked by `checkDefinition` already. */
  readonly definition: Definition;
}

export interface BeginResult {
  /** `repeated`: the same content had been accepted before; the view shows how far it is. */
  readonly kind: 'accepted' | 'repeated';
  readonly view: TransactionView;
}

export interface RegisterRequest {
  readonly branch: BranchDefinition;
  /** How long to wait for the outcome of a try that the coordinator runs, in milliseconds. */
  readonly waitMs: number;
}

export interface RegisterResult {
  readonly kind: 'registered' | 'repeated';
  readonly view: TransactionView;
  /** How the forward op stands: ended, or as it is when `waitMs` ran out. */
  readonly forward: OpView;
}

export interface SubmitRequest {
  readonly branches: readonly string[];
  readonly by: string;
}

export interface AbortRequest {
  readonly code: string;
  readonly message: string;
  readonly by: string;
}

export interface CommandResult {
  readonly kind: 'done' | 'repeated';
  readonly view: TransactionView;
}

export interface WaitRequest {
  readonly until: 'decided' | 'final';
  readonly timeoutMs: number;
}

export interface EngineState {
  /** True when begins are accepted: entered, lease valid, not draining. */
  readonly ready: boolean;
  readonly incarnation: string | null;
  /** Why it is not ready: `starting`, `store_unavailable`, `draining`, `stopped`, `replaced`. */
  readonly reason?: string;
  readonly inMemory: number;
  readonly callsInAir: number;
  readonly queueRows: number;
  readonly waiters: number;
}

/** What people who look after transactions ask. All methods reject with `EngineError` only. */
export interface Interventions {
  /** Carries a deed out: durable, and told in the audit. A refusal is told in the audit before it is thrown. */
  intervene(gid: string, deed: Deed): Promise<DeedResult>;
  /** What a deed would do now. Changes nothing. */
  rehearse(gid: string, deed: Deed): Promise<Rehearsal>;
  /** What may be asked now, and why not what may not. */
  choices(gid: string): Promise<Choices>;
  /** Tells the participant of a branch that one of its ops never runs any more. */
  seal(gid: string, branch: string, op: Op): Promise<Sealing>;
  /** Keeps a refusal that was decided before the machine was asked. */
  noteRefusal(gid: string, asked: RefusedEarly): Promise<void>;
  /** Reads all policies anew, because one has been added or retired. */
  refreshPolicies(): Promise<void>;
}

export interface Choices {
  readonly view: TransactionView;
  readonly choices: readonly Choice[];
}

/** All methods reject with `EngineError` only. */
export interface TransactionEngine {
  /** Enters the store, retrying while it is away; resolves once this node is alive and recovers what its predecessor left. */
  start(): Promise<void>;
  /** Refuses new work, lets calls in the air end, flushes everything owned to rest and leaves. Bounded by `timeoutMs`. */
  drain(timeoutMs: number): Promise<void>;
  state(): EngineState;
  /** Resolves with the reason when this node must not go on: another process runs under its name. The process should exit with an error. */
  readonly gaveUp: Promise<string>;
  /** The newest version of a policy, or `null`. */
  latestPolicy(name: string): Promise<Policy | null>;
  /** Accepts a transaction; resolves once it is durable. */
  begin(request: BeginRequest): Promise<BeginResult>;
  register(gid: string, request: RegisterRequest): Promise<RegisterResult>;
  submit(gid: string, request: SubmitRequest): Promise<CommandResult>;
  abort(gid: string, request: AbortRequest): Promise<CommandResult>;
  /**
   * Who began it (`createdBy`), accepted or about to be; `null` when there is no such transaction. Only one of `expected` is answered from memory: finding
   * out that a gid is somebody else's takes as long as finding out that it is nobody's.
   */
  creatorOf(gid: string, expected: string): Promise<string | null>;
  /** The durable image of the transaction that was begun by the same principal under this gid with this content; `null` when there is none. */
  repeatOf(request: Pick<BeginRequest, 'gid' | 'contentHash' | 'createdBy'>): Promise<TransactionView | null>;
  /** The durable image. */
  get(gid: string): Promise<TransactionView>;
  /** Resolves when the durable image is decided or final, or with the transaction as it stands when time runs out. */
  wait(gid: string, request: WaitRequest): Promise<TransactionView>;
}

/** What this node knows about the participants it calls. */
export interface ParticipantsNow {
  /** Database time. */
  readonly nowMs: number;
  /** Those that this node has had something to do with. */
  readonly states: readonly DispatchState[];
}

/** What operators ask about participants. */
export interface ParticipantOperations {
  /** As this node sees them at this moment. Throws `EngineError` while it does not serve. */
  participants(): ParticipantsNow;
  /**
   * Keeps an order and obeys it; resolves once it is durable and holds at this node. Other nodes follow within `ordersEveryMs`. Rejects with
   * `EngineError`: `store_unavailable`, and what it answers while it does not serve.
   */
  orderParticipant(order: Omit<ParticipantOrder, 'atMs'>): Promise<ParticipantControl>;
}
