/** Builds a saga: `.saga('checkout').step(...).step(...).run({ wait: 'final' })`. */
import type { AssentClient } from '../assent-client.js';
import type { ContractMap, ContractName, PayloadOf, ResultOf } from '../contracts.js';
import type { BranchRequest, Waiting } from '../requests.js';
import type { TransactionResult } from '../transaction-result.js';
import type { TransactionOptions } from './transaction-options.js';

export interface SagaStepOptions<Id extends string> {
  /** Needed when one contract is used twice; without one the step is called like its contract. */
  readonly id?: Id;
  /** Ids of the steps before it; `[]`: none. Without it, the step added before this one. */
  readonly after?: readonly string[];
  /** Nothing to undo. */
  readonly compensate?: 'none';
  /** Cannot be undone: its success is the decision to commit. */
  readonly pivot?: true;
}

/** `Results` collects, by step id, what the steps will answer. */
export class SagaBuilder<C extends ContractMap<C>, Results = unknown> {
  private readonly steps: BranchRequest[] = [];

  constructor(
    private readonly client: AssentClient<C>,
    private readonly name: string,
    private readonly options: TransactionOptions & { readonly stepwise?: boolean },
  ) {}

  step<Name extends ContractName<C>, Id extends string = Name>(
    contract: Name,
    payload: PayloadOf<C, Name>,
    options: SagaStepOptions<Id> = {},
  ): SagaBuilder<C, Results & Record<Id, ResultOf<C, Name>>> {
    const { id, ...shape } = options;
    this.steps.push({ id: id ?? contract, contract, payload, ...shape });
    return this as unknown as SagaBuilder<C, Results & Record<Id, ResultOf<C, Name>>>;
  }

  /** Begins it. A wait that runs out returns it as it stands; throws as `AssentClient.begin`. */
  run(waiting: Waiting = {}): Promise<TransactionResult<Results>> {
    return this.client.begin<Results>({ ...this.options, name: this.name, pattern: 'saga', branches: this.steps }, waiting);
  }
}
