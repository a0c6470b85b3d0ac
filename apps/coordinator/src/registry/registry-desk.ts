/** What the routes of the registry stand on, and what they show. */
import type { UnservedCount } from '@assent/store';
import type { Announcement, SignatureHeaders } from './announcement.js';
import type { RegistryDirectory, Standing } from './directory.js';

/** What a service is told after it announced itself. */
export interface Heard {
  /** How often it has to say so again, in milliseconds; after three of these in silence it gets no more calls. */
  readonly heartbeatMs: number;
  readonly contracts: readonly { readonly name: string; readonly state: 'up' | 'in_conflict'; readonly detail?: string }[];
}

export interface RegistryDesk {
  /** Throws `ApiError`, and what the store throws. */
  announce(announcement: Announcement, signature: SignatureHeaders): Promise<Heard>;
  read(): Promise<RegistrySheet>;
}

/** One contract: whose it is, and who serves it. */
export interface ContractSheet {
  readonly name: string;
  /** `unserved`: every instance is gone or silent; whatever waits for it waits on. */
  readonly state: 'up' | 'unserved';
  readonly service: string;
  readonly version: string;
  readonly since: string;
  readonly endpoints: readonly string[];
}

export interface InstanceSheet {
  readonly participant: string;
  readonly instance: string;
  readonly service: string;
  readonly version: string;
  readonly state: 'up' | 'silent' | 'in_conflict';
  readonly contracts: readonly {
    readonly name: string;
    readonly ops: readonly string[];
    readonly schemaHash: string | null;
    readonly state: 'served' | 'in_conflict';
  }[];
  readonly endpoints: readonly string[];
  readonly seenAt: string;
}

export interface RegistrySheet {
  readonly contracts: readonly ContractSheet[];
  readonly instances: readonly InstanceSheet[];
  /** Branches at rest whose contract nobody serves, by participant. */
  readonly unserved: readonly { readonly participant: string; readonly count: number; readonly oldest: string }[];
  /** Participants that are called where they announce themselves, and of which nobody has. */
  readonly missing: readonly string[];
}

/** Everything, by name. */
export function sheetOf(directory: RegistryDirectory, unserved: readonly UnservedCount[], called: ReadonlySet<string>): RegistrySheet {
  const announced = new Set(directory.standings.map(({ instance }) => instance.participant));
  return {
    contracts: directory.claims
      .map(({ contract, service, version, sinceMs }) => {
        const endpoints = directory.endpointsOf(contract);
        return {
          name: contract,
          state: endpoints.length > 0 ? ('up' as const) : ('unserved' as const),
          service,
          version,
          since: timeOf(sinceMs),
          endpoints,
        };
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    instances: directory.standings.map(instanceSheet),
    unserved: unserved.map(({ participant, count, oldestSinceMs }) => ({ participant, count, oldest: timeOf(oldestSinceMs) })),
    missing: [...called].filter((name) => !announced.has(name)).sort(),
  };
}

function instanceSheet({ instance: kept, state, conflicts }: Standing): InstanceSheet {
  const { participant, instance, service, version, endpoints, seenAtMs } = kept;
  const contracts = kept.contracts.map((contract) => ({
    ...contract,
    state: conflicts.includes(contract.name) ? ('in_conflict' as const) : ('served' as const),
  }));
  const shown = state === 'up' && conflicts.length > 0 ? 'in_conflict' : state;
  return { participant, instance, service, version, state: shown, contracts, endpoints, seenAt: timeOf(seenAtMs) };
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
