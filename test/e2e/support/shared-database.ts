/** One MariaDB database for several coordinators, looked into beside them. */
import mysql from 'mysql2/promise';
import { createTestDatabase } from '../../support/databases.js';

export interface DrivenRow {
  readonly gid: string;
  readonly owner: string | null;
  readonly status: string;
  readonly version: number;
  readonly flush: string;
}

export interface KnownNode {
  readonly incarnation: string;
  readonly name: string;
  readonly state: string;
}

export class SharedDatabase {
  private constructor(
    readonly url: string,
    private readonly connection: mysql.Connection,
    private readonly dropDatabase: () => Promise<void>,
  ) {}

  static async create(): Promise<SharedDatabase> {
    const { url, drop } = await createTestDatabase('assent_nodes');
    return new SharedDatabase(url, await mysql.createConnection({ uri: url }), drop);
  }

  /** The rows of these transactions, by gid. */
  async rows(gids: readonly string[]): Promise<readonly DrivenRow[]> {
    const columns = 'gid, CAST(owner AS CHAR) AS owner, status, version, CAST(flush AS CHAR) AS flush';
    return this.read<DrivenRow>(`SELECT ${columns} FROM global_transaction WHERE gid IN (?) ORDER BY gid`, [gids]);
  }

  /** Every incarnation there ever was, the oldest first. */
  async nodes(): Promise<readonly KnownNode[]> {
    return this.read<KnownNode>('SELECT CAST(incarnation AS CHAR) AS incarnation, name, state FROM coordinator_node ORDER BY started_at');
  }

  /** The name of the node that drives this transaction, or `null`. */
  async driverOf(gid: string): Promise<string | null> {
    const [row] = await this.rows([gid]);
    return (await this.nodes()).find(({ incarnation }) => incarnation === row?.owner)?.name ?? null;
  }

  async areAll(status: string, gids: readonly string[]): Promise<boolean> {
    const rows = await this.rows(gids);
    return rows.length === gids.length && rows.every((row) => row.status === status);
  }

  async commands(): Promise<readonly { readonly gid: string }[]> {
    return this.read('SELECT gid FROM command');
  }

  async drop(): Promise<void> {
    await this.connection.end();
    await this.dropDatabase();
  }

  private async read<Row>(sql: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    const [rows] = await this.connection.query<mysql.RowDataPacket[]>(sql, [...values]);
    return rows as unknown as readonly Row[];
  }
}
