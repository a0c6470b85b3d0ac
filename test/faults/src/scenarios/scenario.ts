/** What a scenario is: a name, what it does to the shop, and what it found. */
import { type Campaign, runCampaign } from '../campaign/index.js';
import type { Findings } from '../findings.js';

export interface Scenario {
  readonly name: string;
  /** One sentence. */
  readonly title: string;
  /** Why this machine cannot run it; absent or `null` when it can. */
  readonly unable?: () => string | null;
  /** `scale` shrinks the work: 1 is the whole of it. */
  run(scale: number): Promise<Findings>;
}

/** A scenario that is a campaign. */
export function campaign(name: string, title: string, course: Campaign): Scenario {
  return { name, title, run: (scale) => runCampaign(course, scale) };
}
