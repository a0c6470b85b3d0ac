/** Coordinators on one database, and everything they stand on; whatever was started is stopped, in the reverse order. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { startMariadb } from '../../support/mariadb.js';
import { CoordinatorNode } from './coordinator-node.js';
import type { Options } from './options.js';
import { WillingParticipant } from './willing-participant.js';

const PRIVATE_DATABASE = 'assent';

export class Cluster {
  readonly nodes: CoordinatorNode[] = [];
  private readonly undo: Array<() => Promise<void> | void> = [];

  private constructor(private readonly environment: NodeJS.ProcessEnv) {}

  /** Starts everything, and waits until every node is ready. Stops it again when that fails, and throws an Error with one line. */
  static async start({ nodes, firstPort }: Options, environment: NodeJS.ProcessEnv): Promise<Cluster> {
    const cluster = new Cluster(environment);
    try {
      const databaseUrl = await cluster.database();
      const home = mkdtempSync(join(tmpdir(), 'assent-cluster-'));
      cluster.undo.push(() => rmSync(home, { recursive: true, force: true }));
      const participants = await cluster.participants();
      for (let index = 0; index < nodes; index += 1) {
        const options = { name: `node-${index + 1}`, port: firstPort + index, home, databaseUrl };
        const node = new CoordinatorNode({ ...options, environment: { ...environment, ASSENT_PARTICIPANTS: participants } });
        cluster.nodes.push(node);
        cluster.undo.push(() => node.stop());
      }
      await Promise.all(cluster.nodes.map((node) => node.ready()));
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** True when the participant is the one that agrees to everything. */
  get isDemo(): boolean {
    return this.environment.ASSENT_PARTICIPANTS === undefined;
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    for (const undo of this.undo.splice(0).reverse()) await undo();
  }

  private async database(): Promise<string> {
    const given = this.environment.ASSENT_DATABASE_URL;
    if (given !== undefined) {
      if (/^(mysql|mariadb):\/\//.test(given)) return given;
      throw new Error('ASSENT_DATABASE_URL must be a mysql:// or mariadb:// URL: a SQLite file belongs to one coordinator');
    }
    const server = await startMariadb();
    this.undo.push(() => server.stop());
    const connection = await mysql.createConnection({ uri: server.url });
    await connection.query(`CREATE DATABASE ${PRIVATE_DATABASE} CHARACTER SET utf8mb4`);
    await connection.end();
    return `${server.url}/${PRIVATE_DATABASE}`;
  }

  private async participants(): Promise<string> {
    const given = this.environment.ASSENT_PARTICIPANTS;
    if (given !== undefined) return given;
    const demo = await WillingParticipant.start();
    this.undo.push(() => demo.stop());
    return `demo=${demo.url}`;
  }
}
