/** Seeds that once showed a mistake, with what they showed. Every campaign runs them first. */
export interface KnownSeed {
  readonly seed: number;
  readonly showed: string;
}

export const knownSeeds: readonly KnownSeed[] = [
  { seed: 126, showed: 'a call that left while the image that let its transaction go was in the air' },
  { seed: 6415, showed: 'an abort that waited for ever for a call of a dead node' },
  { seed: 7273, showed: 'the same in a saga of several steps' },
  { seed: 3620, showed: 'a deed that was asked for again after its answer was lost, and told twice in the audit' },
  { seed: 12064, showed: 'a pause that was answered by an incarnation that had ended, and not kept by the next one' },
  { seed: 111, showed: 'a call that left with the payload from before it was edited' },
  { seed: 358, showed: 'calls under a policy that was not durable yet' },
  { seed: 16892, showed: 'answers to a pause and to its end that overtook each other, which the judge took for a pause in force' },
  { seed: 802315, showed: 'a call of a process that its successor had replaced, which the judge took for one of the successor' },
  { seed: 702568, showed: 'a decision that was shown with the answer to a deed before it was durable' },
  { seed: 6219, showed: 'a refused seal that was told under the id of a deed which a later request had done meanwhile' },
];
