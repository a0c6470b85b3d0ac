/** How far behind the consumers of this application are, for its metrics. */
import type { ConsumerLag, OutcomesBootstrap } from './outcomes.bootstrap.js';

export class OutcomeLags {
  constructor(private readonly bootstrap: OutcomesBootstrap) {}

  /** One for each consumer; none while NATS is away, or where there is no consumer. Rejects when NATS cannot say. */
  now(): Promise<readonly ConsumerLag[]> {
    return this.bootstrap.lags();
  }
}
