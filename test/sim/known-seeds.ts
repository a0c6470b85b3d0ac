/** Seeds that once showed a mistake, with what they showed. Every campaign runs them first. */
export interface KnownSeed {
  readonly seed: number;
  readonly showed: string;
}

export const knownSeeds: readonly KnownSeed[] = [];
