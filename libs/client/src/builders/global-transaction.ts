/** A TCC driven by its initiator: begun before the work, submitted when the work returns, aborted when it throws. */
import { currentContext, runInContext, type TransactionContext } from '@assent/context';
import type { AssentClient } from '../assent-client.js';
import type { ContractMap, ContractName, PayloadOf, ResultOf } from '../contracts.js';
import { AssentError, AssentRequestError, BranchRejectedError, BranchUndecidedError } from '../errors.js';
import type { Waiting } from '../requests.js';
import type { TransactionResult } from '../transaction-result.js';
import type { TransactionOptions } from './transaction-options.js';

/** `wait`, `timeoutMs`: what to wait for after the submit; without a word the durable decision is enough. */
export interface GlobalTransactionOptions extends TransactionOptions, Waiting {}

export interface TryOptions {
  /** Needed when one contract is used twice; without one the branch is called like its contract. */
  readonly id?: string;
  /** How long to wait for the outcome of the try. Default 5,000 ms. */
  readonly timeoutMs?: number;
}

/** A branch was asked for where no global transaction runs. */
export class OutsideTransaction extends Error {
  override readonly name = 'OutsideTransaction';

  constructor() {
    super(
      'No global transaction runs here: call it inside of globalTransaction, @GlobalTransaction(), or a request that carries one along',
    );
  }
}

const longestReason = 200;

export class GlobalTransaction<C extends ContractMap<C>> {
  private constructor(
    private readonly client: AssentClient<C>,
    readonly gid: string,
    /** Branches seen to succeed, here or by a service that was asked. */
    private readonly succeeded: Set<string>,
  ) {}

  /** Begins, runs `work`, and ends the transaction by how `work` ended. */
  static async run<C extends ContractMap<C>, T>(
    client: AssentClient<C>,
    name: string,
    work: (tx: GlobalTransaction<C>) => Promise<T>,
    options: GlobalTransactionOptions,
  ): Promise<{ readonly value: T; readonly transaction: TransactionResult }> {
    const { wait, timeoutMs, ...whole } = options;
    const begun = await client.begin({ ...whole, name, pattern: 'tcc', driver: 'initiator', branches: [] });
    const branches = new Set<string>();
    const tx = new GlobalTransaction<C>(client, begun.gid, branches);
    const { gid, joinToken } = begun;
    const traceparent = currentContext()?.traceparent;
    const context: TransactionContext = { gid, joinToken, traceparent, role: 'initiator', branches };
    const value = await tx.abortingOnFailure(() => runInContext(context, () => work(tx)));
    const waiting = { ...(wait && { wait }), ...(timeoutMs !== undefined && { timeoutMs }) };
    const transaction = await tx.abortingOnRefusal(() => client.submit(tx.gid, [...tx.succeeded], waiting));
    return { value, transaction };
  }

  /** The transaction in whose name the calling code runs: one begun in this service, or one that a request has brought along. Throws outside of any. */
  static current<C extends ContractMap<C>>(client: AssentClient<C>): GlobalTransaction<C> {
    const context = currentContext();
    if (context?.gid === undefined || (context.role !== 'initiator' && context.role !== 'joined')) throw new OutsideTransaction();
    const { gid, role, joinToken, branches } = context;
    const joining = role === 'joined' && joinToken !== undefined ? client.joining(joinToken) : client;
    return new GlobalTransaction<C>(joining, gid, branches);
  }

  /**
   * Registers a branch; the coordinator sends its try. Returns what the try answered. Throws `BranchRejectedError` when the participant
   * refused, `BranchUndecidedError` when the time ran out.
   */
  async try<Name extends ContractName<C>>(
    contract: Name,
    payload: PayloadOf<C, Name>,
    options: TryOptions = {},
  ): Promise<ResultOf<C, Name>> {
    const id = options.id ?? contract;
    const branch = await this.client.register(this.gid, { id, contract, payload, run: 'coordinator' }, options.timeoutMs);
    const outcome = branch.forward?.outcome ?? 'none';
    if (outcome === 'rejected') {
      const problem = branch.forward?.problem;
      throw new BranchRejectedError(this.gid, id, problem?.code ?? 'rejected', problem?.message ?? `${id} refused`);
    }
    if (outcome !== 'succeeded') throw new BranchUndecidedError(this.gid, id, outcome);
    this.succeeded.add(id);
    return branch.forward?.result;
  }

  /**
   * Registers a branch whose try the caller runs itself: do it after this has returned, and throw out of `work` when it fails.
   * Registered first, because only a registered branch is cancelled should this process die. Returns the branch's id.
   */
  async register<Name extends ContractName<C>>(
    contract: Name,
    payload: PayloadOf<C, Name>,
    options: { readonly id?: string } = {},
  ): Promise<string> {
    const id = options.id ?? contract;
    await this.client.register(this.gid, { id, contract, payload, run: 'self' });
    this.succeeded.add(id);
    return id;
  }

  private async abortingOnFailure<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      await this.abortBecauseOf(error);
      throw error;
    }
  }

  /** A submit whose outcome is not known may have committed: only a refused one is followed by an abort. */
  private async abortingOnRefusal<T>(submit: () => Promise<T>): Promise<T> {
    try {
      return await submit();
    } catch (error) {
      if (error instanceof AssentRequestError) await this.abortBecauseOf(error);
      throw error;
    }
  }

  /** An abort that fails is left to the transaction's deadline, so that the caller sees the error that matters. */
  private async abortBecauseOf(error: unknown): Promise<void> {
    try {
      await this.client.abort(this.gid, reasonOf(error));
    } catch (failure) {
      if (!(failure instanceof AssentError)) throw failure;
    }
  }
}

/** Control characters and halves of surrogate pairs are no text that the coordinator would keep. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.slice(0, longestReason).replace(/\p{C}/gu, ' ') || 'aborted by its initiator';
}
