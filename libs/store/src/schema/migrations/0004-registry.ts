/** Which instance of which participant serves which contracts. Immutable, as every migration. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnLimits as limit } from '../../limits.js';

/** JSON lists; bounded where they are announced. */
const LIST_BYTES = 65_535;

const mysql = [
  `CREATE TABLE IF NOT EXISTS registry_instance (
  participant VARCHAR(${limit.id}) NOT NULL,
  instance VARCHAR(${limit.id}) NOT NULL,
  service VARCHAR(${limit.id}) NOT NULL,
  version VARCHAR(${limit.id}) NOT NULL,
  contracts TEXT NOT NULL,
  endpoints TEXT NOT NULL,
  beats BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (participant, instance)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  `CREATE TABLE IF NOT EXISTS registry_claim (
  contract VARCHAR(${limit.id}) NOT NULL,
  service VARCHAR(${limit.id}) NOT NULL,
  version VARCHAR(${limit.id}) NOT NULL,
  fingerprint VARCHAR(128) NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (contract)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
];

const sqlite = [
  `CREATE TABLE IF NOT EXISTS registry_instance (
  participant TEXT NOT NULL CHECK (length(participant) <= ${limit.id}),
  instance TEXT NOT NULL CHECK (length(instance) <= ${limit.id}),
  service TEXT NOT NULL CHECK (length(service) <= ${limit.id}),
  version TEXT NOT NULL CHECK (length(version) <= ${limit.id}),
  contracts TEXT NOT NULL CHECK (length(contracts) <= ${LIST_BYTES}),
  endpoints TEXT NOT NULL CHECK (length(endpoints) <= ${LIST_BYTES}),
  beats INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (participant, instance)
) STRICT`,
  `CREATE TABLE IF NOT EXISTS registry_claim (
  contract TEXT NOT NULL CHECK (length(contract) <= ${limit.id}),
  service TEXT NOT NULL CHECK (length(service) <= ${limit.id}),
  version TEXT NOT NULL CHECK (length(version) <= ${limit.id}),
  fingerprint TEXT NOT NULL CHECK (length(fingerprint) <= 128),
  since INTEGER NOT NULL,
  PRIMARY KEY (contract)
) STRICT`,
];

export class Registry1764000000004 implements MigrationInterface {
  readonly name = 'Registry1764000000004';

  async up(queryRunner: QueryRunner): Promise<void> {
    const statements = queryRunner.dataSource.options.type === 'better-sqlite3' ? sqlite : mysql;
    for (const statement of statements) await queryRunner.query(statement);
  }

  /** What is in it, services announce again by themselves. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE registry_claim');
    await queryRunner.query('DROP TABLE registry_instance');
  }
}
