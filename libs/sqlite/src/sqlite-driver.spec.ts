import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { betterSqlite3For } from './driver.js';
import { type SqliteDriverName, sqliteDriver, sqliteOptions } from './index.js';

const names: readonly SqliteDriverName[] = ['better-sqlite3', 'libsql'];

describe.each(names)('SQLite by %s', (name) => {
  let folder: string;
  const file = () => join(folder, 'data.sqlite');
  const open = (options = {}) => new (sqliteDriver(name))(file(), options);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'assent-sqlite-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['a boolean', true],
    ['a date', new Date(0)],
    ['an array', [[1]]],
  ])('refuses to bind %s instead of ending the process', (_what, value) => {
    const database = open();
    const statement = database.prepare('SELECT ? AS a, ? AS b');
    expect(() => statement.all(1, value as never)).toThrow('can only bind numbers, strings, bigints, buffers, and null');
    database.close();
  });

  it('binds and reads back text, integers, bytes and nothing', () => {
    const database = open();
    database.exec('CREATE TABLE t (a, b, c, d)');
    database.prepare('INSERT INTO t VALUES (?, ?, ?, ?)').run('é😀', 9_007_199_254_740_991, new Uint8Array([0, 255]), null);
    const expected = { a: 'é😀', b: 9_007_199_254_740_991, c: Buffer.from([0, 255]), d: null };
    expect(database.prepare('SELECT * FROM t').get()).toEqual(expected);
    expect(database.prepare('SELECT * FROM t').all()).toEqual([expected]);
    database.close();
  });

  it('accepts a single null', () => {
    const database = open();
    expect(database.prepare('SELECT ? AS a').get(null)).toEqual({ a: null });
    expect(database.prepare('SELECT 1 AS a WHERE 1 = ?').get(null)).toBeUndefined();
    database.close();
  });

  it('writes nothing through a read-only connection', () => {
    const writer = open();
    writer.exec('CREATE TABLE t (a)');
    const reader = open({ readonly: true });
    expect(() => reader.exec('INSERT INTO t VALUES (1)')).toThrow(/readonly/);
    reader.close();
    writer.close();
  });

  it('does not create a database that has to exist', () => {
    expect(() => open({ fileMustExist: true })).toThrow();
  });

  it('gives up its locks when it is closed within a transaction', () => {
    const first = open();
    first.exec('CREATE TABLE t (a)');
    first.exec('BEGIN EXCLUSIVE');
    const pending = first.prepare('INSERT INTO t VALUES (?)');
    pending.run(1);
    expect(first.inTransaction).toBe(true);
    first.close();
    const second = open();
    second.exec('BEGIN EXCLUSIVE');
    expect(second.prepare('SELECT count(*) AS n FROM t').get()).toEqual({ n: 0 });
    second.close();
  });

  it('refuses everything on a closed connection instead of ending the process', () => {
    const database = open();
    database.exec('CREATE TABLE t (a)');
    const statement = database.prepare('INSERT INTO t VALUES (?)');
    database.close();
    expect(() => statement.run(1)).toThrow('The database connection is not open');
    expect(() => database.exec('BEGIN')).toThrow('The database connection is not open');
    expect(() => database.prepare('SELECT 1')).toThrow('The database connection is not open');
    expect(() => database.pragma('user_version')).toThrow('The database connection is not open');
    expect(database.inTransaction).toBe(false);
    database.close();
  });

  it('opens a TypeORM data source whose commits are on the disk when they return', async () => {
    const dataSource = await new DataSource({ ...sqliteOptions(file(), name) }).initialize();
    expect(await dataSource.query('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect(await dataSource.query('PRAGMA synchronous')).toEqual([{ synchronous: 2 }]);
    await dataSource.query('CREATE TABLE t (a)');
    await dataSource.query('INSERT INTO t VALUES (?)', [true]);
    expect(await dataSource.query('SELECT a FROM t')).toEqual([{ a: 1 }]);
    await dataSource.destroy();
  });
});

it('takes better-sqlite3 where it works, else libsql, and the same one every time', () => {
  const works = names.find((name) => {
    try {
      return sqliteDriver(name);
    } catch {
      return false;
    }
  });
  expect(sqliteDriver()).toBe(sqliteDriver(works));
});

it('says in one line that a driver cannot be loaded', () => {
  expect(() => sqliteDriver('sql.js' as SqliteDriverName)).toThrow(/^The SQLite driver "sql\.js" cannot be loaded/);
});

describe('better-sqlite3', () => {
  it.each([
    ['20.19.0', 'better-sqlite3'],
    ['22.12.0', 'better-sqlite3-node-api'],
    ['24.21.0', 'better-sqlite3-node-api'],
  ])('is on Node %s the one that runs there', (version, name) => {
    expect(betterSqlite3For(version)).toBe(name);
  });
});
