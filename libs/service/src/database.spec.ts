import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { DataSource } from 'typeorm';
import { createTestDatabase, describeOnMariadb, mariadbUrl } from '../../../test/support/databases.js';
import { changedRows, databaseOptions, ensureDatabase, isSqlite } from './database.js';

describe('the database of a service in a file', () => {
  it('gets its folder, or says in one line why it cannot', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'assent-folder-'));
    await ensureDatabase(`sqlite:${join(folder, 'a', 'b', 'shop.sqlite')}`);
    expect(existsSync(join(folder, 'a', 'b'))).toBe(true);
    writeFileSync(join(folder, 'taken'), '');
    await expect(ensureDatabase(`sqlite:${join(folder, 'taken', 'shop.sqlite')}`)).rejects.toThrow('cannot be made');
    rmSync(folder, { recursive: true });
  });
});

describeOnMariadb('the database of a service on a server', () => {
  it('is created when it is missing, and left alone when it is there', async () => {
    const database = await createTestDatabase();
    await database.drop();
    await ensureDatabase(database.url);
    await ensureDatabase(database.url);
    const connection = await mysql.createConnection({ uri: database.url });
    await connection.end();
    await database.drop();
  });

  it('is asked for in one line when this user may not create it', async () => {
    const root = await mysql.createConnection({ uri: String(mariadbUrl) });
    await root.query(`CREATE OR REPLACE USER 'shopkeeper'@'%'`);
    const url = `${String(mariadbUrl).replace('root@', 'shopkeeper@')}/assent_shop_forbidden`;
    await expect(ensureDatabase(url)).rejects.toThrow('CREATE DATABASE `assent_shop_forbidden`');
    await root.query(`DROP USER 'shopkeeper'@'%'`);
    await root.end();
  });

  it('returns whole numbers as numbers, and tells how many rows a statement changed', async () => {
    const database = await createTestDatabase();
    const dataSource = await new DataSource(databaseOptions(database.url, { entities: [], migrations: [] })).initialize();
    await dataSource.query('CREATE TABLE n (n BIGINT PRIMARY KEY)');
    const changed = await dataSource.transaction((manager) =>
      changedRows(manager, 'INSERT INTO n VALUES (?), (?)', [1, 9_007_199_254_740_991]),
    );
    expect([changed, await dataSource.query('SELECT n FROM n ORDER BY n')]).toEqual([2, [{ n: 1 }, { n: 9_007_199_254_740_991 }]]);
    expect(isSqlite(dataSource.createQueryRunner())).toBe(false);
    await dataSource.destroy();
    await database.drop();
  });
});
