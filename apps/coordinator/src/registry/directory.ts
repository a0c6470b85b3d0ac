/**
 * The registry as this node knows it, in memory: read from the database every little while, and at once where this node heard something. It
 * answers from what it read last while the database is away.
 *
 * Who is silent is judged by watching, as nodes are: an instance whose number of beats did not move during the time allowed, by this node's own
 * clock. Clocks are not compared.
 */
import type { ContractClaim, KeptInstance } from '@assent/store';
import type { ContractDirectory } from '@assent/transport';
import { isInConflict } from './claims.js';

/** One instance as it stands. */
export interface Standing {
  readonly instance: KeptInstance;
  readonly state: 'up' | 'silent';
  /** Contracts it announced that are somebody else's. It gets no traffic for them. */
  readonly conflicts: readonly string[];
}

interface Watched {
  readonly beats: number;
  readonly sinceMs: number;
}

/** How much longer than the time allowed a silent instance is shown before it is forgotten. */
const FORGET_FACTOR = 20;

export class RegistryDirectory implements ContractDirectory {
  private readonly watched = new Map<string, Watched>();
  private byContract: ReadonlyMap<string, readonly string[]> = new Map();
  private present: readonly Standing[] = [];
  private kept: ReadonlyMap<string, ContractClaim> = new Map();

  constructor(private readonly silentAfterMs: number) {}

  endpointsOf(contract: string): readonly string[] {
    return this.byContract.get(contract) ?? [];
  }

  get standings(): readonly Standing[] {
    return this.present;
  }

  claimOf(contract: string): ContractClaim | null {
    return this.kept.get(contract) ?? null;
  }

  get claims(): readonly ContractClaim[] {
    return [...this.kept.values()];
  }

  /** True while an instance of the service is known and not silent. */
  isAlive = (service: string): boolean => this.present.some(({ instance, state }) => instance.service === service && state === 'up');

  /**
   * Takes over what was read at `nowMs` of this node's monotonic clock. Returns instances that have been silent for so long that they may be
   * forgotten.
   */
  take(instances: readonly KeptInstance[], claims: readonly ContractClaim[], nowMs: number): readonly KeptInstance[] {
    this.kept = new Map(claims.map((claim) => [claim.contract, claim]));
    this.watch(instances, nowMs);
    this.present = instances.map((instance) => this.standingOf(instance, nowMs));
    this.byContract = endpointsByContract(this.present);
    return instances.filter((instance) => this.silentForMs(instance, nowMs) > this.silentAfterMs * FORGET_FACTOR);
  }

  private watch(instances: readonly KeptInstance[], nowMs: number): void {
    const before = new Map(this.watched);
    this.watched.clear();
    for (const instance of instances) {
      const seen = before.get(keyOf(instance));
      this.watched.set(keyOf(instance), seen?.beats === instance.beats ? seen : { beats: instance.beats, sinceMs: nowMs });
    }
  }

  private standingOf(instance: KeptInstance, nowMs: number): Standing {
    const conflicts = instance.contracts.filter((contract) => isInConflict(contract, instance, this.kept.get(contract.name)));
    return {
      instance,
      state: this.silentForMs(instance, nowMs) > this.silentAfterMs ? 'silent' : 'up',
      conflicts: conflicts.map(({ name }) => name),
    };
  }

  private silentForMs(instance: KeptInstance, nowMs: number): number {
    return nowMs - (this.watched.get(keyOf(instance))?.sinceMs ?? nowMs);
  }
}

function endpointsByContract(standings: readonly Standing[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  for (const { instance, state, conflicts } of standings) {
    if (state !== 'up') continue;
    for (const { name } of instance.contracts) {
      if (conflicts.includes(name)) continue;
      const endpoints = found.get(name) ?? new Set();
      // An instance is called in one way: by its first endpoint over HTTP, else over NATS.
      const [first] = [...instance.endpoints].sort((a, b) => Number(a === 'nats:') - Number(b === 'nats:'));
      if (first !== undefined) endpoints.add(first);
      found.set(name, endpoints);
    }
  }
  return new Map([...found].map(([name, endpoints]) => [name, [...endpoints]]));
}

function keyOf({ participant, instance }: KeptInstance): string {
  return `${participant} ${instance}`;
}
