/** The tables of the registry as TypeORM entities; conventions as in `entities.ts`. */
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { wholeNumber } from './transformers.js';

/** One running instance of a participant, as it announced itself last. */
@Entity('registry_instance')
export class RegistryInstanceEntity {
  @PrimaryColumn('varchar') participant: string;
  @PrimaryColumn('varchar') instance: string;
  @Column('varchar') service: string;
  @Column('varchar') version: string;
  /** JSON list. */
  @Column('text') contracts: string;
  /** JSON list of base URLs, and of `nats:`. */
  @Column('text') endpoints: string;
  /** Counts announcements: an instance whose number stands still is silent. */
  @Column('bigint', { transformer: wholeNumber }) beats: number;
  /** For people: by the clock of the node that heard it. */
  @Column('bigint', { name: 'seen_at', transformer: wholeNumber }) seenAtMs: number;
}

/** Whose a contract is: the first to announce it. */
@Entity('registry_claim')
export class RegistryClaimEntity {
  @PrimaryColumn('varchar') contract: string;
  @Column('varchar') service: string;
  @Column('varchar') version: string;
  /** Of ops and schema. */
  @Column('varchar') fingerprint: string;
  @Column('bigint', { name: 'since', transformer: wholeNumber }) sinceMs: number;
}

/** The newest announcement of an instance that was heard. Kept for longer than a signature is valid, also when the instance has left. */
@Entity('registry_announcement')
export class RegistryAnnouncementEntity {
  @PrimaryColumn('varchar') participant: string;
  @PrimaryColumn('varchar') instance: string;
  /** Seconds since the epoch, by the clock of the instance: what it signed. */
  @Column('bigint', { name: 'said_at', transformer: wholeNumber }) saidAt: number;
  /** Fingerprints of what was heard of that second, with blanks between them. */
  @Column('varchar') heard: string;
}
