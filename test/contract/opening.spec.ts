import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { StoreUnavailableError } from '@assent/engine';
import { shippedPolicies } from '@assent/protocol';
import { ensureDatabase, migrations, openTransactionStore } from '@assent/store';
import mysql from 'mysql2/promise';
import { createTestDatabase, describeOnMariadb, mariadbUrl, type TestDatabase } from '../support/databases.js';
import { aBegin, Node } from './support/rows.js';
import { until } from './support/until.js';

const LEASE_MS = 5_000;

describe('opening a store', () => {
  it.each([
    ['postgres://localhost/assent', /must begin with mysql:\/\/, mariadb:\/\/ or sqlite:/],
    ['mysql://root@127.0.0.1:3306', /must name a database/],
    ['mysql://root@127.0.0.1:3306/a`b', /must name a database/],
  ])('says in one line what is wrong with %s', async (url, message) => {
    await expect(openTransactionStore({ url, leaseMs: LEASE_MS })).rejects.toThrow(message);
  });

  it('says that a server is away, without showing a password', async () => {
    const opening = openTransactionStore({ url: 'mysql://me:secret@127.0.0.1:9/assent', leaseMs: LEASE_MS });
    await expect(opening).rejects.toThrow(StoreUnavailableError);
    await expect(opening).rejects.toThrow(/127\.0\.0\.1:9\/assent/);
    await expect(opening).rejects.not.toThrow(/secret/);
  });
});

describe('opening a store on SQLite', () => {
  let folder: string;
  const options = () => ({ url: `sqlite:${join(folder, 'deep', 'down', 'a.sqlite')}`, leaseMs: LEASE_MS });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'assent-open-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('refuses a file that another coordinator uses, and takes it when that one is gone', async () => {
    const first = await openTransactionStore(options());
    await expect(openTransactionStore(options())).rejects.toThrow(/^Another coordinator is using .*a\.sqlite/);
    await first.store.close();
    const second = await openTransactionStore(options());
    await second.store.close();
  });

  it('makes a file that only its owner can read, and leaves the mode of one that is there', async () => {
    const file = join(folder, 'deep', 'down', 'a.sqlite');
    const modes = () => readdirSync(dirname(file)).map((name) => [name, (statSync(join(dirname(file), name)).mode & 0o777).toString(8)]);
    const first = await openTransactionStore(options());
    const whileOpen = modes();
    await first.store.close();
    const others = whileOpen.filter(([name]) => !String(name).startsWith('a.sqlite.lock'));
    expect(others).toEqual(others.map(([name]) => [name, '600']));
    expect(others.map(([name]) => name)).toEqual(expect.arrayContaining(['a.sqlite', 'a.sqlite-wal']));
    chmodSync(file, 0o640);
    await (await openTransactionStore(options())).store.close();
    expect(modes()).toContainEqual(['a.sqlite', '640']);
  });

  it('names the file that is no database', async () => {
    const file = join(folder, 'letter.sqlite');
    writeFileSync(file, 'Dear reader, this is a letter, and not at all a database. '.repeat(20));
    await expect(openTransactionStore({ url: `sqlite:${file}`, leaseMs: LEASE_MS })).rejects.toThrow(
      /^The SQLite file .*letter\.sqlite cannot be used: file is not a database$/,
    );
  });

  it('takes a file whose coordinator was killed', async () => {
    const first = await openTransactionStore(options());
    await first.store.close();
    const driver = createRequire(join(process.cwd(), 'package.json')).resolve('libsql');
    const script = `const D = require(${JSON.stringify(driver)}); const d = new D(process.argv[1]); d.exec('BEGIN EXCLUSIVE'); console.log('held'); setInterval(() => {}, 1000)`;
    const holder = spawn(process.execPath, ['-e', script, `${join(folder, 'deep', 'down', 'a.sqlite')}.lock`]);
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    await expect(openTransactionStore(options())).rejects.toThrow(/^Another coordinator/);
    const gone = new Promise((resolve) => holder.once('exit', resolve));
    holder.kill('SIGKILL');
    await gone;
    await (await openTransactionStore(options())).store.close();
  });

  it('keeps every flush on the disk when the process is killed', async () => {
    const { store, dataSource } = await openTransactionStore(options());
    expect(await dataSource.query('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    const node = await Node.enter(store);
    await node.commit({ begins: [aBegin('g-1', null)] });
    // A copy of the files as they are now is what a kill would leave.
    const copy = join(folder, 'copy');
    execFileSync('cp', ['-r', join(folder, 'deep', 'down'), copy]);
    await store.close();
    const after = await openTransactionStore({ url: `sqlite:${join(copy, 'a.sqlite')}`, leaseMs: LEASE_MS });
    expect(await after.store.read('g-1')).not.toBeNull();
    await after.store.close();
  });

  it('answers retryable while another connection writes to the file', async () => {
    const { store, dataSource } = await openTransactionStore(options());
    const node = await Node.enter(store);
    await dataSource.query('BEGIN IMMEDIATE');
    expect((await node.flush({ begins: [aBegin('g-1', null)] })).kind).toBe('retryable');
    await dataSource.query('ROLLBACK');
    await node.commit({ begins: [aBegin('g-1', null)] });
    await store.close();
  });

  it('needs no database to be created', async () => {
    await expect(ensureDatabase(options().url)).resolves.toBeUndefined();
  });
});

describeOnMariadb('opening a store on MariaDB', () => {
  let database: TestDatabase;
  let admin: mysql.Connection;

  beforeEach(async () => {
    database = await createTestDatabase();
    admin = await mysql.createConnection({ uri: database.url });
  });
  afterEach(async () => {
    await admin.end();
    await database.drop();
  });

  it('migrates once when several nodes boot at the same time', async () => {
    const nodes = await Promise.all([1, 2, 3, 4].map(() => openTransactionStore({ url: database.url, leaseMs: LEASE_MS, poolSize: 1 })));
    const [ran] = await admin.query('SELECT name FROM assent_migration');
    expect(ran).toHaveLength(migrations.length);
    const policies = await nodes[0]?.store.readPolicies();
    expect(policies).toHaveLength(shippedPolicies.length);
    await Promise.all(nodes.map((node) => node.store.close()));
  });

  it('finishes what a boot that was killed half-way has begun', async () => {
    const first = await openTransactionStore({ url: database.url, leaseMs: LEASE_MS });
    await first.store.close();
    await admin.query('DELETE FROM assent_migration');
    await admin.query('DROP TABLE audit_log');
    await admin.query("DELETE FROM retry_policy WHERE name = 'patient'");
    const second = await openTransactionStore({ url: database.url, leaseMs: LEASE_MS });
    expect(await second.store.readPolicies()).toHaveLength(shippedPolicies.length);
    expect(await second.store.readAudit('g-1')).toEqual([]);
    await second.store.close();
  });

  it('creates the database where that is permitted', async () => {
    const url = `${mariadbUrl}/${database.name}_new`;
    const opened = await openTransactionStore({ url: url.replace('mysql:', 'mariadb:'), leaseMs: LEASE_MS });
    expect(opened).toMatchObject({ dialect: 'mariadb', advice: [] });
    await opened.store.close();
    await ensureDatabase(url);
    await admin.query(`DROP DATABASE ${database.name}_new`);
  });

  it('says which database to create where it may not', async () => {
    const user = `u_${database.name.slice(-8)}`;
    await admin.query(`CREATE USER '${user}'@'%' IDENTIFIED BY 'secret'`);
    const url = `${mariadbUrl}/${database.name}_new`.replace('root@', `${user}:secret@`);
    await expect(ensureDatabase(url)).rejects.toThrow(
      `let somebody run: CREATE DATABASE IF NOT EXISTS \`${database.name}_new\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    );
    await admin.query(`DROP USER '${user}'@'%'`);
  });

  it('leaves no session behind when it is closed', async () => {
    const { store } = await openTransactionStore({ url: database.url, leaseMs: LEASE_MS });
    await Node.enter(store);
    await store.close();
    await until('all sessions are gone', async () => {
      const [rows] = await admin.query<mysql.RowDataPacket[]>(
        'SELECT id FROM information_schema.processlist WHERE db = ? AND id <> CONNECTION_ID()',
        [database.name],
      );
      return rows.length === 0;
    });
  });
});
