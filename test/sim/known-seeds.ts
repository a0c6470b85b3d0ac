/** Seeds that once showed a mistake, with what they showed. Every campaign runs them first. */
export interface KnownSeed {
  readonly seed: number;
  readonly showed: string;
}

export const knownSeeds: readonly KnownSeed[] = [
  { seed: 126, showed: 'a call that left while the image that let its transaction go was in the air' },
];
