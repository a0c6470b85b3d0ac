/** The retry policies of the store, kept in memory: their rows are immutable, so only a version not met yet makes it look again. */
import type { Policy, PolicyRef } from '@assent/protocol';
import type { Clock } from './ports/clock.js';
import type { TransactionStore } from './ports/transaction-store.js';

/** How long the answer "there is no such policy" is believed. Also how long a new version may stay unseen. */
const LOOK_AGAIN_AFTER_MS = 1_000;

export class Policies {
  private readonly byRef = new Map<string, Policy>();
  private readonly latestByName = new Map<string, Policy>();
  private readAtMs = Number.NEGATIVE_INFINITY;
  private reading: Promise<void> | null = null;

  constructor(
    private readonly store: Pick<TransactionStore, 'readPolicies'>,
    private readonly clock: Clock,
  ) {}

  /** The policy, when it is known already. */
  known(ref: PolicyRef): Policy | null {
    return this.byRef.get(keyOf(ref)) ?? null;
  }

  /** The policy, or `null` when there is none. Throws `StoreUnavailableError`. */
  async find(ref: PolicyRef): Promise<Policy | null> {
    if (this.known(ref) === null) await this.refresh();
    return this.known(ref);
  }

  /** The newest version of a policy, or `null`. Throws `StoreUnavailableError`. */
  async latest(name: string): Promise<Policy | null> {
    if (this.clock.monotonicMs() - this.readAtMs >= LOOK_AGAIN_AFTER_MS) {
      const known = this.latestByName.get(name) ?? null;
      // A policy that is known is good enough while the store is away; a new version is seen with the next look.
      if (known !== null) void this.refresh().catch(() => undefined);
      else await this.refresh();
    }
    return this.latestByName.get(name) ?? null;
  }

  /** Reads all policies, at most once a second; callers that come together share one read. */
  refresh(): Promise<void> {
    if (this.clock.monotonicMs() - this.readAtMs < LOOK_AGAIN_AFTER_MS) return Promise.resolve();
    this.reading ??= this.read().finally(() => {
      this.reading = null;
    });
    return this.reading;
  }

  private async read(): Promise<void> {
    for (const policy of await this.store.readPolicies()) {
      this.byRef.set(keyOf(policy), policy);
      const latest = this.latestByName.get(policy.name);
      if (latest === undefined || latest.version < policy.version) this.latestByName.set(policy.name, policy);
    }
    this.readAtMs = this.clock.monotonicMs();
  }
}

function keyOf(ref: PolicyRef): string {
  return `${ref.name}/${ref.version}`;
}
