/** What has been taken away because it is old, as metrics. */
import type { Registry } from 'prom-client';
import { housekeepingMetrics } from './catalogue.js';
import { Tally } from './tally.js';

/** What goes: the content of finished transactions, their rows, rows of the audit, jobs; and what was flagged instead. */
const KINDS = ['emptied', 'deleted', 'flagged', 'audit', 'jobs'] as const;

export type PurgedKind = (typeof KINDS)[number];

export class HousekeepingMetrics {
  readonly #purged: Tally;

  constructor(registry: Registry) {
    const { name, help } = housekeepingMetrics.purged;
    this.#purged = new Tally({ name, help, labelNames: ['what'] }, registry);
    for (const kind of KINDS) this.#purged.begin(kind);
  }

  purged(kind: PurgedKind, count: number): void {
    this.#purged.addMany(count, [kind]);
  }
}
