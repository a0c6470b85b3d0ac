/**
 * What scenarios stand on: one private MariaDB that flushes at every commit for the whole run; databases, coordinators and participants of their own for each
 * scenario, which are stopped when it has ended.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { type MariadbServer, startMariadb } from '../../support/mariadb.js';
import { type NatsServer, startNats } from '../../support/nats.js';
import {
  type CoordinatorOptions,
  type NoOpParticipant,
  type Running,
  type ScriptedParticipant,
  startCoordinator,
  startNoOpParticipant,
  startScriptedParticipant,
} from './processes.js';

export interface Database {
  readonly url: string;
  /** Closed with the scenario. */
  readonly connection: mysql.Connection;
}

export class Ground {
  private server: MariadbServer | null = null;
  private databases = 0;
  /** What the scenario at hand has started; undone in reverse order. */
  private undo: Array<() => Promise<void>> = [];

  /** `profileFolder`: where coordinators leave CPU profiles, or `null`. */
  constructor(private readonly profileFolder: string | null = null) {}

  async mariadb(): Promise<MariadbServer> {
    this.server ??= await startMariadb();
    return this.server;
  }

  /** An empty database. */
  async database(): Promise<Database> {
    const { url } = await this.mariadb();
    this.databases += 1;
    const name = `assent_bench_${this.databases}`;
    const connection = await mysql.createConnection({
      uri: url,
      multipleStatements: true,
      supportBigNumbers: true,
      bigNumberStrings: true,
    });
    await connection.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
    await connection.query(`USE ${name}`);
    this.undo.push(async () => {
      await connection.query(`DROP DATABASE ${name}`);
      await connection.end();
    });
    return { url: `${url}/${name}`, connection };
  }

  async noOpParticipant(): Promise<NoOpParticipant> {
    return this.started(await startNoOpParticipant());
  }

  async scriptedParticipant(): Promise<ScriptedParticipant> {
    return this.started(await startScriptedParticipant());
  }

  async coordinator(databaseUrl: string, participants: Readonly<Record<string, string>>, options?: CoordinatorOptions): Promise<Running> {
    return this.started(await startCoordinator(databaseUrl, participants, { profileFolder: this.profileFolder, ...options }));
  }

  /** A NATS server of this scenario's own. Throws where nats-server is not installed. */
  async nats(): Promise<NatsServer> {
    return this.started(await startNats());
  }

  /** A folder that is removed with the scenario. */
  folder(): string {
    const path = mkdtempSync(join(tmpdir(), 'assent-bench-'));
    this.undo.push(async () => rmSync(path, { recursive: true, force: true }));
    return path;
  }

  /** Whatever must be stopped with the scenario. */
  started<Started extends { stop(): Promise<void> }>(running: Started): Started {
    this.undo.push(() => running.stop());
    return running;
  }

  /** Stops what the scenario at hand has started, all of it. Throws the first problem that it met on the way. */
  async clear(): Promise<void> {
    const problems: unknown[] = [];
    for (const undo of this.undo.splice(0).reverse()) await undo().catch((problem: unknown) => problems.push(problem));
    if (problems.length > 0) throw problems[0];
  }

  /** Stops everything. */
  async stop(): Promise<void> {
    await this.clear();
    await this.server?.stop();
    this.server = null;
  }
}
