/**
 * The registry of participants, on every dialect: who announced what, and whose a contract is. Nothing hot waits for it; each operation is one
 * statement that decides by itself, so that nodes need no lock between them.
 */
import { StoreUnavailableError } from '@assent/engine';
import { type DataSource, type EntityManager, LessThan } from 'typeorm';
import { inTurn } from './administration/index.js';
import { RegistryAnnouncementEntity, RegistryClaimEntity, RegistryInstanceEntity } from './schema/index.js';

export interface RegisteredContract {
  readonly name: string;
  readonly ops: readonly string[];
  /** `null`: the service did not say. */
  readonly schemaHash: string | null;
}

export interface RegisteredInstance {
  readonly participant: string;
  readonly instance: string;
  readonly service: string;
  readonly version: string;
  readonly contracts: readonly RegisteredContract[];
  /** Base URLs, and `nats:`. */
  readonly endpoints: readonly string[];
}

/** As it is kept. */
export interface KeptInstance extends RegisteredInstance {
  readonly beats: number;
  readonly seenAtMs: number;
}

export interface ContractClaim {
  readonly contract: string;
  readonly service: string;
  readonly version: string;
  /** Of ops and schema. */
  readonly fingerprint: string;
  readonly sinceMs: number;
}

/** What waits because nobody serves its contract. */
export interface UnservedCount {
  readonly participant: string;
  readonly count: number;
  readonly oldestSinceMs: number;
}

/** One announcement, as far as it matters whether it is new. */
export interface HeardAnnouncement {
  readonly participant: string;
  readonly instance: string;
  /** What the instance signed as its time; whole seconds since the epoch. */
  readonly saidAt: number;
  /** 64 hex digits that nobody but the signer could have made. */
  readonly fingerprint: string;
}

/** `first`: it has not been heard, nor a newer one of this instance. */
export type Hearing = 'first' | 'repeated' | 'older';

/** Of one second so many announcements of one instance are heard; the column holds them. */
const MOST_HEARD = 16;
/** Whoever loses a race for the row looks at it again; of one instance there are few at once. */
const MOST_TRIES = 8;

/** More are not announced anywhere; whoever announces is bounded before that. */
const MOST_ROWS = 50_000;

export class SqlRegistryStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Everything. Throws `StoreUnavailableError`, as all of these do. */
  read(): Promise<{ readonly instances: readonly KeptInstance[]; readonly claims: readonly ContractClaim[] }> {
    return guarded(async () => {
      const instances = await this.dataSource.getRepository(RegistryInstanceEntity).find({ take: MOST_ROWS });
      const claims = await this.dataSource.getRepository(RegistryClaimEntity).find({ take: MOST_ROWS });
      return { instances: instances.map(instanceOf), claims };
    });
  }

  /** Keeps what an instance announced, and counts its beat. */
  beat(announced: RegisteredInstance, seenAtMs: number): Promise<void> {
    return guarded(async () => {
      if (await this.beatAgain(announced, seenAtMs)) return;
      const row = { ...announced, ...textsOf(announced), beats: 1, seenAtMs };
      try {
        await this.write((manager) => manager.insert(RegistryInstanceEntity, row));
      } catch (error) {
        // Its first two announcements came at one time.
        if (!(await this.beatAgain(announced, seenAtMs))) throw error;
      }
    });
  }

  private async beatAgain(announced: RegisteredInstance, seenAtMs: number): Promise<boolean> {
    const { participant, instance, service, version } = announced;
    const changes = { service, version, ...textsOf(announced), seenAtMs, beats: () => 'beats + 1' };
    const { affected } = await this.write((manager) => manager.update(RegistryInstanceEntity, { participant, instance }, changes));
    return (affected ?? 0) > 0;
  }

  /**
   * Notes that an announcement was heard, unless it, or a newer one of its instance, was heard before, by whichever node. Stays when the instance is
   * removed, so that an announcement from before it left does not bring it back.
   */
  hear(said: HeardAnnouncement): Promise<Hearing> {
    return guarded(async () => {
      const { participant, instance, saidAt } = said;
      const table = this.dataSource.getRepository(RegistryAnnouncementEntity);
      for (let attempt = 1; attempt <= MOST_TRIES; attempt += 1) {
        const kept = await table.findOneBy({ participant, instance });
        if (kept === null) {
          if (await this.isInserted(said)) return 'first';
          continue;
        }
        const next = nextHeard(kept, said);
        if (typeof next === 'string') return next;
        const guard = { participant, instance, saidAt: kept.saidAt, heard: kept.heard };
        const { affected } = await this.write((manager) =>
          manager.update(RegistryAnnouncementEntity, guard, { saidAt, heard: next.heard }),
        );
        if ((affected ?? 0) > 0) return 'first';
      }
      throw new StoreUnavailableError(`Too many announcements of ${participant} ${instance} at one time`);
    });
  }

  /** Forgets announcements that were signed before then, in seconds since the epoch: their signatures are no longer valid. */
  async forgetHeard(before: number): Promise<void> {
    await guarded(() => this.write((manager) => manager.delete(RegistryAnnouncementEntity, { saidAt: LessThan(before) })));
  }

  private async isInserted({ participant, instance, saidAt, fingerprint }: HeardAnnouncement): Promise<boolean> {
    const table = this.dataSource.getRepository(RegistryAnnouncementEntity);
    try {
      await this.write((manager) => manager.insert(RegistryAnnouncementEntity, { participant, instance, saidAt, heard: fingerprint }));
      return true;
    } catch (error) {
      if ((await table.findOneBy({ participant, instance })) === null) throw error;
      return false;
    }
  }

  /** Removes an instance; with `beats` only if it has not announced itself since. */
  async remove(participant: string, instance: string, beats?: number): Promise<void> {
    const which = { participant, instance, ...(beats === undefined ? {} : { beats }) };
    await guarded(() => this.write((manager) => manager.delete(RegistryInstanceEntity, which)));
  }

  /** Makes a contract somebody's. Returns whose it is then: of two who claim it at one time, one is told of the other. */
  claim(claim: ContractClaim): Promise<ContractClaim> {
    return guarded(async () => {
      const table = this.dataSource.getRepository(RegistryClaimEntity);
      try {
        await this.write((manager) => manager.insert(RegistryClaimEntity, { ...claim }));
        return claim;
      } catch (error) {
        const kept = await table.findOneBy({ contract: claim.contract });
        if (kept === null) throw error;
        return kept;
      }
    });
  }

  /** Replaces a claim by another, unless it has changed meanwhile. Returns true when it did. */
  replaceClaim(kept: ContractClaim, claim: ContractClaim): Promise<boolean> {
    return guarded(async () => {
      const { contract, service, version, fingerprint } = kept;
      const { affected } = await this.write((manager) =>
        manager.update(RegistryClaimEntity, { contract, service, version, fingerprint }, { ...claim }),
      );
      return (affected ?? 0) > 0;
    });
  }

  private write<Result>(work: (manager: EntityManager) => Promise<Result>): Promise<Result> {
    return inTurn(this.dataSource, work);
  }

  /** Branches at rest whose last call found nobody, by participant. */
  countUnserved(code: string): Promise<readonly UnservedCount[]> {
    return guarded(async () => {
      const rows = await this.dataSource.query<{ participant: string; n: number | string; since: number | string }[]>(
        'SELECT participant, COUNT(*) AS n, MIN(since) AS since FROM attention WHERE code = ? GROUP BY participant',
        [code],
      );
      return rows.map(({ participant, n, since }) => ({ participant, count: Number(n), oldestSinceMs: Number(since) }));
    });
  }
}

/** What the row is to hold once the announcement is heard. */
function nextHeard(kept: RegistryAnnouncementEntity, { saidAt, fingerprint }: HeardAnnouncement): { readonly heard: string } | Hearing {
  if (saidAt > kept.saidAt) return { heard: fingerprint };
  if (saidAt < kept.saidAt) return 'older';
  const heard = kept.heard.split(' ');
  if (heard.includes(fingerprint) || heard.length >= MOST_HEARD) return 'repeated';
  return { heard: [...heard, fingerprint].join(' ') };
}

function textsOf({ contracts, endpoints }: RegisteredInstance): { readonly contracts: string; readonly endpoints: string } {
  return { contracts: JSON.stringify(contracts), endpoints: JSON.stringify(endpoints) };
}

function instanceOf({ contracts, endpoints, ...row }: RegistryInstanceEntity): KeptInstance {
  return { ...row, contracts: JSON.parse(contracts) as RegisteredContract[], endpoints: JSON.parse(endpoints) as string[] };
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    // Errors of a database driver carry a code; anything else is a fault of ours.
    const { code } = cause as { readonly code?: unknown };
    if (typeof code !== 'string') throw cause;
    throw new StoreUnavailableError(`The registry cannot be used: ${code}`, { cause });
  }
}
