/** What the list of planted mistakes holds, for TypeScript. */
export interface Mutant {
  readonly name: string;
  readonly file: string;
  readonly original: string;
  readonly mutated: string;
  /** The Jest suite that has to find it; without one the simulator has to. */
  readonly suite?: string;
}

export const mutants: readonly Mutant[];
