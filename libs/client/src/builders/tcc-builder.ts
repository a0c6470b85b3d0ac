/** Builds a TCC whose branches are known at the start: `.tcc('checkout').branch(...).branch(...).run({ wait: 'decided' })`. */
import type { AssentClient } from '../assent-client.js';
import type { ContractMap, ContractName, PayloadOf, ResultOf } from '../contracts.js';
import type { BranchRequest, Waiting } from '../requests.js';
import type { TransactionResult } from '../transaction-result.js';
import type { TransactionOptions } from './transaction-options.js';

export interface TccBranchOptions<Id extends string> {
  /** Needed when one contract is used twice; without one the branch is called like its contract. */
  readonly id?: Id;
  /** Ids of the branches whose try must have succeeded first; without it branches run side by side. */
  readonly after?: readonly string[];
}

/** `Results` collects, by branch id, what the branches will answer. */
export class TccBuilder<C extends ContractMap<C>, Results = unknown> {
  private readonly branches: BranchRequest[] = [];

  constructor(
    private readonly client: AssentClient<C>,
    private readonly name: string,
    private readonly options: TransactionOptions,
  ) {}

  branch<Name extends ContractName<C>, Id extends string = Name>(
    contract: Name,
    payload: PayloadOf<C, Name>,
    options: TccBranchOptions<Id> = {},
  ): TccBuilder<C, Results & Record<Id, ResultOf<C, Name>>> {
    this.branches.push({ id: options.id ?? contract, contract, payload, ...(options.after && { after: options.after }) });
    return this as unknown as TccBuilder<C, Results & Record<Id, ResultOf<C, Name>>>;
  }

  /** Begins it. A wait that runs out returns it as it stands; throws as `AssentClient.begin`. */
  run(waiting: Waiting = {}): Promise<TransactionResult<Results>> {
    return this.client.begin<Results>({ ...this.options, name: this.name, pattern: 'tcc', branches: this.branches }, waiting);
  }
}
