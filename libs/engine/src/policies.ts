/** The retry policies of the store, kept in memory: their rows are immutable, so only a version not met yet makes it look again. */
import type { Policy, PolicyRef } from '@assent/protocol';
import type { Clock } from './ports/clock.js';
import type { TransactionStore } from './ports/transaction-store.js';

/** How long a new version may stay unseen, in milliseconds. */
const FRESH_FOR_MS = 1_000;

export class Policies {
  private readonly byRef = new Map<string, Policy>();
  private readonly latestByName = new Map<string, Policy>();
  private readAtMs = Number.NEGATIVE_INFINITY;
  private reading: Promise<void> | null = null;
  private nextReading: Promise<void> | null = null;

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
    const known = this.latestByName.get(name) ?? null;
    const isStale = this.clock.monotonicMs() - this.readAtMs >= FRESH_FOR_MS;
    if (known === null) await this.refresh();
    // One caller a second waits for a look: however long nobody has asked, what has been added or retired since counts. Those who come meanwhile do not
    // wait, and while the store is away what is known is good enough.
    else if (isStale && this.reading === null) await this.refresh().catch(() => undefined);
    return this.latestByName.get(name) ?? null;
  }

  /**
   * Reads all policies, with a read that starts after this call. One is in the air at a time and those who come meanwhile share the next, so that
   * a thousand requests for a policy that does not exist cost two reads.
   */
  refresh(): Promise<void> {
    if (this.reading === null) {
      this.reading = this.read().finally(() => {
        this.reading = null;
      });
      return this.reading;
    }
    this.nextReading ??= this.afterThisOne(this.reading);
    return this.nextReading;
  }

  private async afterThisOne(reading: Promise<void>): Promise<void> {
    // Whether that one failed concerns those who asked for it.
    await reading.catch(() => undefined);
    this.nextReading = null;
    await this.refresh();
  }

  private async read(): Promise<void> {
    for (const policy of await this.store.readPolicies()) {
      this.byRef.set(keyOf(policy), policy);
      const latest = this.latestByName.get(policy.name);
      if (latest === undefined || latest.version <= policy.version) this.latestByName.set(policy.name, policy);
    }
    this.readAtMs = this.clock.monotonicMs();
  }
}

function keyOf(ref: PolicyRef): string {
  return `${ref.name}/${ref.version}`;
}
