/** Looks for the first seed in which a promise is broken; what it finds is one line of JSON. For programs with a planted mistake. */
import { type Finding, runSeed } from '@assent/testing';
import { Backends } from './backends.js';
import { judgeSeal } from './judge-seal.js';
import { knownSeeds } from './known-seeds.js';

export interface Kill {
  readonly seed: number;
  readonly seeds: number;
  readonly finding: Pick<Finding, 'invariant' | 'says'>;
}

/** Answers what was found, or `null` when none of so many seeds shows anything. */
export async function firstKill(most: number): Promise<Kill | null> {
  const backends = await Backends.prepare();
  const seeds = [...knownSeeds.map(({ seed }) => seed), ...Array.from({ length: most }, (_, index) => index + 1)];
  let run = 0;
  for (const seed of seeds) {
    run += 1;
    const openBackend = backends.of(seed);
    const world = { seed, without: [], transactions: null, troubleMs: null, journal: 'digest', openBackend, judgeSeal } as const;
    const { findings } = await runSeed(world);
    const [finding] = findings;
    if (finding !== undefined) return { seed, seeds: run, finding: { invariant: finding.invariant, says: finding.says } };
  }
  return null;
}
