/** What another node would know of a transaction: its image, read back. */
import type { Transaction } from '@assent/protocol';
import type { Machine, Scenario } from './world.js';

export class Reloads {
  readonly #known = new WeakMap<Transaction, Transaction>();

  constructor(
    private readonly machine: Machine,
    private readonly scenario: Scenario,
  ) {}

  /** The state that another node would load if this one died now and `tx` were durable. Remembered, because most worlds share their images. */
  of(tx: Transaction): Transaction {
    const known = this.#known.get(tx);
    if (known !== undefined) return known;
    const { gid, name, businessKey, createdBy, createdAtMs } = tx;
    const origin = { gid, name, businessKey, createdBy, createdAtMs };
    const { imageOf, load } = this.machine;
    const loaded = load({ origin, image: imageOf(tx), policy: this.scenario.policy, version: 1, finishedAtMs: null });
    this.#known.set(tx, loaded);
    return loaded;
  }
}
