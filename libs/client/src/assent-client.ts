/**
 * The plain client of REST v1: one method per command, and the builders on top of them. Needs no Nest.
 * Every command names its gid, so every command is repeated when its outcome is not known.
 */
import { currentContext } from '@assent/context';
import { type BranchView, header } from '@assent/protocol';
import { v7 as uuidv7 } from 'uuid';
import { GlobalTransaction, type GlobalTransactionOptions, type TryOptions } from './builders/global-transaction.js';
import { SagaBuilder } from './builders/saga-builder.js';
import { TccBuilder } from './builders/tcc-builder.js';
import type { TransactionOptions } from './builders/transaction-options.js';
import type { AnyContracts, ContractMap, ContractName, PayloadOf, ResultOf } from './contracts.js';
import { AssentUnavailableError } from './errors.js';
import { type Channel, type HttpAnswer, HttpChannel, type HttpRequest, JoiningChannel } from './http-channel.js';
import { type Ambient, defaultRetryBounds, Repetition, type RetryBounds, realAmbient } from './repetition.js';
import type { BeginRequest, Milestone, RegisterRequest, Waiting } from './requests.js';
import { isWireTransaction, readBranch, readTransaction, type TransactionResult, type WireBranch } from './transaction-result.js';

export interface AssentClientOptions {
  /** Origin of the coordinator, with a path prefix where a proxy adds one: `http://127.0.0.1:4100`. */
  readonly baseUrl: string;
  /** The API key, or a token, of this service; sent with every request. Needed where the coordinator has access control on. */
  readonly key?: string;
  /** Requests in the air at once; more wait for a connection. Default 64. */
  readonly connections?: number;
  /** How long one request may take beyond the wait it asks for. Default 5,000 ms. */
  readonly requestTimeoutMs?: number;
  readonly retry?: Partial<RetryBounds>;
  /** What stands in for the network and the clock, in tests. */
  readonly channel?: Channel;
  readonly ambient?: Ambient;
}

/** The longest wait the coordinator grants to one request; a longer one is asked for again. */
const longestWaitMs = 60_000;
const defaultWaitMs = 5_000;
const defaultConnections = 64;
const defaultRequestTimeoutMs = 5_000;
/** A wait shorter than this is not worth another request. */
const shortestWaitMs = 5;
/** Between two waits: a coordinator that answers before the time it was given (draining, paused) is not asked in a tight loop. */
const betweenWaitsMs = 100;

/** A new global transaction id: a UUIDv7, so that ids of one time lie side by side in the coordinator's index. */
export function newGid(): string {
  return uuidv7();
}

/** `C`: the contracts of the participants it talks to, see `Contract`. */
export class AssentClient<C extends ContractMap<C> = AnyContracts> {
  private readonly channel: Channel;
  private readonly ambient: Ambient;
  private readonly repetition: Repetition;
  private readonly requestTimeoutMs: number;

  constructor(private readonly options: AssentClientOptions) {
    this.channel = options.channel ?? new HttpChannel(options.baseUrl, options.connections ?? defaultConnections, options.key);
    this.ambient = options.ambient ?? realAmbient;
    this.repetition = new Repetition({ ...defaultRetryBounds, ...options.retry }, this.ambient);
    this.requestTimeoutMs = options.requestTimeoutMs ?? defaultRequestTimeoutMs;
  }

  /**
   * The same client for transactions that another service began: `joinToken` came with the gid, and is what lets this service see and touch that
   * transaction. It shares the connections of this one, which is the one to close.
   */
  joining(joinToken: string): AssentClient<C> {
    return new AssentClient<C>({ ...this.options, channel: new JoiningChannel(this.channel, joinToken) });
  }

  /** A TCC whose branches are known now; the coordinator sends the tries and decides. */
  tcc(name: string, options: TransactionOptions = {}): TccBuilder<C> {
    return new TccBuilder<C>(this, name, options);
  }

  /** A saga; steps run in the order in which they are added unless `after` makes a graph of them. */
  saga(name: string, options: TransactionOptions & { readonly stepwise?: boolean } = {}): SagaBuilder<C> {
    return new SagaBuilder<C>(this, name, options);
  }

  /**
   * A TCC driven from here: `work` tries branches one by one. When it returns, the transaction is submitted; when it throws, it is aborted
   * and the error is thrown on. Should this process die on the way, the policy's deadline aborts it.
   */
  globalTransaction<T>(
    name: string,
    work: (tx: GlobalTransaction<C>) => Promise<T>,
    options: GlobalTransactionOptions = {},
  ): Promise<{ readonly value: T; readonly transaction: TransactionResult }> {
    return GlobalTransaction.run<C, T>(this, name, work, options);
  }

  /** The global transaction in whose name the calling code runs. Throws `OutsideTransaction` where there is none. */
  current(): GlobalTransaction<C> {
    return GlobalTransaction.current<C>(this);
  }

  /** `try` of the current global transaction: a branch whose try the coordinator sends. See `GlobalTransaction.try`. */
  async try<Name extends ContractName<C>>(
    contract: Name,
    payload: PayloadOf<C, Name>,
    options: TryOptions = {},
  ): Promise<ResultOf<C, Name>> {
    return this.current().try(contract, payload, options);
  }

  /** Accepts a transaction: durable when this returns. The same gid with the same content again is the same transaction. */
  async begin<Results = Record<string, unknown>>(request: BeginRequest, waiting: Waiting = {}): Promise<TransactionResult<Results>> {
    const gid = request.gid ?? newGid();
    const body = { ...request, gid };
    const until = this.deadlineOf(waiting);
    const answer = await this.repetition.untilAnswered(gid, () => {
      const { waitMs, asked } = this.askToWait(waiting, until);
      return this.send({ method: 'POST', path: '/v1/transactions', body: { ...body, ...asked } }, waitMs);
    });
    return this.waitOn<Results>(gid, answer, waiting, until);
  }

  /**
   * Adds a branch to a transaction driven by its initiator. With `run: 'coordinator'` the try is sent and its outcome awaited for
   * `timeoutMs`: see `forward.outcome` of what is returned. With `run: 'self'` the caller does the work after this has returned.
   */
  async register(gid: string, request: RegisterRequest, timeoutMs = defaultWaitMs): Promise<BranchView> {
    const until = this.ambient.nowMs() + timeoutMs;
    for (;;) {
      const answer = await this.repetition.untilAnswered(gid, () => {
        const waitMs = request.run === 'self' ? 0 : this.sliceUntil(until);
        const wait = request.run === 'self' ? {} : { timeoutMs: waitMs };
        return this.send({ method: 'POST', path: `${pathOf(gid)}/branches`, body: { ...request, ...wait } }, waitMs);
      });
      const branch = this.branchIn(gid, answer);
      const undecided = request.run === 'coordinator' && !hasEnded(branch);
      if (!undecided || !(await this.mayWaitOn(until))) return branch;
    }
  }

  /** Decides to commit. `branches`: those whose try you saw succeed; a difference from what is registered is refused. */
  async submit(gid: string, branches: readonly string[], waiting: Waiting = {}): Promise<TransactionResult> {
    return this.decide(gid, 'submit', { branches }, waiting);
  }

  /** Decides to abort; a transaction already decided to commit refuses. `reason` is kept for people. */
  async abort(gid: string, reason: string, waiting: Waiting = {}): Promise<TransactionResult> {
    return this.decide(gid, 'abort', { reason }, waiting);
  }

  /** The transaction as it stands durably, or `null` when the coordinator knows none of this gid. */
  async get<Results = Record<string, unknown>>(gid: string): Promise<TransactionResult<Results> | null> {
    const answer = await this.repetition.untilAnswered(gid, async () => {
      const met = await this.send({ method: 'GET', path: pathOf(gid) }, 0);
      return isUnknownGid(met) ? { ...met, status: 204 } : met;
    });
    return answer.status === 204 ? null : this.transactionIn<Results>(gid, answer);
  }

  /** Waits until the milestone or until `timeoutMs` has passed, and returns the transaction as it then stands. */
  async wait<Results = Record<string, unknown>>(
    gid: string,
    until: Milestone,
    timeoutMs = defaultWaitMs,
  ): Promise<TransactionResult<Results>> {
    const deadline = this.ambient.nowMs() + timeoutMs;
    let state: TransactionResult<Results>;
    do {
      state = await this.waitOnce<Results>(gid, until, deadline);
    } while (!hasReached(state, until) && (await this.mayWaitOn(deadline)));
    return state;
  }

  /** Ends the connections once the requests in the air have ended. */
  close(): Promise<void> {
    return this.channel.close();
  }

  private async decide(gid: string, command: 'submit' | 'abort', body: object, waiting: Waiting): Promise<TransactionResult> {
    const until = this.deadlineOf(waiting);
    const answer = await this.repetition.untilAnswered(gid, () => {
      const { waitMs, asked } = this.askToWait(waiting, until);
      return this.send({ method: 'POST', path: `${pathOf(gid)}/${command}`, body: { ...body, ...asked } }, waitMs);
    });
    return this.waitOn(gid, answer, waiting, until);
  }

  /** The command is durable; what is left is waiting, and a coordinator that goes away meanwhile does not undo it. */
  private async waitOn<Results>(gid: string, answer: HttpAnswer, waiting: Waiting, until: number): Promise<TransactionResult<Results>> {
    let state = this.transactionIn<Results>(gid, answer);
    if (waiting.wait === undefined) return state;
    while (!hasReached(state, waiting.wait) && (await this.mayWaitOn(until))) {
      try {
        state = await this.waitOnce<Results>(gid, waiting.wait, until);
      } catch (error) {
        if (error instanceof AssentUnavailableError) return state;
        throw error;
      }
    }
    return state;
  }

  private async waitOnce<Results>(gid: string, milestone: Milestone, until: number): Promise<TransactionResult<Results>> {
    const answer = await this.repetition.untilAnswered(gid, () => {
      const waitMs = this.sliceUntil(until);
      return this.send({ method: 'GET', path: `${pathOf(gid)}/wait?until=${milestone}&timeoutMs=${waitMs}` }, waitMs);
    });
    return this.transactionIn<Results>(gid, answer);
  }

  private send(request: Omit<HttpRequest, 'timeoutMs'>, waitMs: number): Promise<HttpAnswer> {
    const traceparent = currentContext()?.traceparent;
    const traced = traceparent === undefined ? request : { ...request, headers: { [header.traceparent]: traceparent } };
    return this.channel.send({ ...traced, timeoutMs: waitMs + this.requestTimeoutMs });
  }

  /** The part of a body that asks to wait, anew for each attempt, because each has less time left. */
  private askToWait({ wait }: Waiting, until: number): { readonly waitMs: number; readonly asked: Waiting } {
    if (wait === undefined) return { waitMs: 0, asked: {} };
    const waitMs = this.sliceUntil(until);
    return { waitMs, asked: { wait, timeoutMs: waitMs } };
  }

  private deadlineOf(waiting: Waiting): number {
    return this.ambient.nowMs() + (waiting.timeoutMs ?? defaultWaitMs);
  }

  /** False when the time is used up; else pauses a little, so that the next request finds something new. */
  private async mayWaitOn(until: number): Promise<boolean> {
    const leftMs = until - this.ambient.nowMs();
    if (leftMs < shortestWaitMs) return false;
    await this.ambient.sleep(Math.min(betweenWaitsMs, leftMs));
    return true;
  }

  private sliceUntil(until: number): number {
    return Math.round(Math.min(longestWaitMs, Math.max(0, until - this.ambient.nowMs())));
  }

  private transactionIn<Results>(gid: string, answer: HttpAnswer): TransactionResult<Results> {
    if (!isWireTransaction(answer.body)) throw new AssentUnavailableError(gid, 'bad_answer', null);
    return readTransaction<Results>(answer.body);
  }

  private branchIn(gid: string, answer: HttpAnswer): BranchView {
    const branch = (answer.body as { branch?: WireBranch } | null)?.branch;
    if (typeof branch?.id !== 'string') throw new AssentUnavailableError(gid, 'bad_answer', null);
    return readBranch(branch);
  }
}

function pathOf(gid: string): string {
  return `/v1/transactions/${encodeURIComponent(gid)}`;
}

/** A 404 of another kind means that something else answers at this address. */
function isUnknownGid({ status, body }: HttpAnswer): boolean {
  return status === 404 && (body as { code?: unknown } | null)?.code === 'not_found';
}

function hasReached(state: TransactionResult<unknown>, milestone: Milestone): boolean {
  return milestone === 'decided' ? state.status !== 'active' : state.status === 'committed' || state.status === 'aborted';
}

function hasEnded(branch: BranchView): boolean {
  return branch.forward?.outcome === 'succeeded' || branch.forward?.outcome === 'rejected';
}
