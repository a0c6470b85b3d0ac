/** The contracts of one participant, by name. */
import { isLegalId } from '@assent/protocol';
import { type BranchClass, type Contract, contractOf } from './branch-class.js';

export class ContractRegistry {
  private readonly contracts = new Map<string, { readonly contract: Contract; readonly by: string }>();

  constructor(private readonly participant: string) {}

  /** Adds a class if it declares a contract. Throws with one line when its name is not this participant's, or is taken. */
  add(type: BranchClass, instance: object): void {
    const contract = contractOf(type, instance);
    if (contract === undefined) return;
    const { name } = contract;
    if (!isLegalId(name) || !name.startsWith(`${this.participant}.`) || name === `${this.participant}.`) {
      throw new Error(
        `${type.name} declares "${name}": the name of a contract of "${this.participant}" starts with "${this.participant}."`,
      );
    }
    const present = this.contracts.get(name);
    if (present !== undefined) throw new Error(`${type.name} and ${present.by} both declare "${name}"`);
    this.contracts.set(name, { contract, by: type.name });
  }

  get(name: string): Contract | undefined {
    return this.contracts.get(name)?.contract;
  }

  /** All of them, in the order in which they were found. */
  get all(): readonly Contract[] {
    return [...this.contracts.values()].map(({ contract }) => contract);
  }

  get names(): readonly string[] {
    return [...this.contracts.keys()];
  }
}
