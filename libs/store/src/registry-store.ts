/**
 * The registry of participants, on every dialect: who announced what, and whose a contract is. Nothing hot waits for it; each operation is one
 * statement that decides by itself, so that nodes need no lock between them.
 */
import { StoreUnavailableError } from '@assent/engine';
import type { DataSource } from 'typeorm';
import { RegistryClaimEntity, RegistryInstanceEntity } from './schema/index.js';

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
        await this.dataSource.getRepository(RegistryInstanceEntity).insert(row);
      } catch (error) {
        // Its first two announcements came at one time.
        if (!(await this.beatAgain(announced, seenAtMs))) throw error;
      }
    });
  }

  private async beatAgain(announced: RegisteredInstance, seenAtMs: number): Promise<boolean> {
    const { participant, instance, service, version } = announced;
    const changes = { service, version, ...textsOf(announced), seenAtMs, beats: () => 'beats + 1' };
    const { affected } = await this.dataSource.getRepository(RegistryInstanceEntity).update({ participant, instance }, changes);
    return (affected ?? 0) > 0;
  }

  /** Removes an instance; with `beats` only if it has not announced itself since. */
  async remove(participant: string, instance: string, beats?: number): Promise<void> {
    await guarded(() =>
      this.dataSource.getRepository(RegistryInstanceEntity).delete({ participant, instance, ...(beats === undefined ? {} : { beats }) }),
    );
  }

  /** Makes a contract somebody's. Returns whose it is then: of two who claim it at one time, one is told of the other. */
  claim(claim: ContractClaim): Promise<ContractClaim> {
    return guarded(async () => {
      const table = this.dataSource.getRepository(RegistryClaimEntity);
      try {
        await table.insert({ ...claim });
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
      const table = this.dataSource.getRepository(RegistryClaimEntity);
      const { affected } = await table.update({ contract, service, version, fingerprint }, { ...claim });
      return (affected ?? 0) > 0;
    });
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
