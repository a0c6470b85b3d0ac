/** What a scenario is: a name, what it does to the shop, and what it found. */
import type { Audit } from '../audit.js';

export interface Findings {
  readonly audit: Audit;
  /** Figures worth printing, by name. */
  readonly figures: Readonly<Record<string, number | string>>;
}

export interface Scenario {
  readonly name: string;
  /** One sentence. */
  readonly title: string;
  /** `scale` shrinks the work: 1 is the whole of it. */
  run(scale: number): Promise<Findings>;
}
