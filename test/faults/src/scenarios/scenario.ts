/** What a scenario is: a name, what it does to the shop, and what it found. */
import { mariadbIsInstalled } from '../../../support/mariadb.js';
import { type Campaign, runCampaign, type Shops } from '../campaign/index.js';
import type { Findings } from '../findings.js';

export interface Scenario {
  readonly name: string;
  /** One sentence. */
  readonly title: string;
  /** Why this machine cannot run it; absent or `null` when it can. */
  readonly unable?: () => string | null;
  /** `scale` shrinks the work: 1 is the whole of it. */
  run(scale: number, shops: Shops): Promise<Findings>;
}

/** For scenarios on MariaDB. */
export function whyNoMariadb(): string | null {
  return mariadbIsInstalled() ? null : 'it needs a MariaDB server';
}

/** A scenario that is a campaign. */
export function campaign(name: string, title: string, course: Campaign): Scenario {
  return { name, title, unable: whyNoMariadb, run: (scale, shops) => runCampaign(course, scale, shops) };
}
