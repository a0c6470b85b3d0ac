/** Which announcements are new, on every dialect: two nodes may hear one at the same time. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HeardAnnouncement, type OpenedStore, openTransactionStore, SqlRegistryStore } from '@assent/store';
import { createTestDatabase, mariadbUrl } from '../support/databases.js';

const LEASE_MS = 5_000;

interface Under {
  readonly registry: SqlRegistryStore;
  close(): Promise<void>;
}

const over = async (opened: OpenedStore, dispose: () => unknown): Promise<Under> => ({
  registry: new SqlRegistryStore(opened.dataSource),
  close: async () => {
    await opened.store.close();
    await dispose();
  },
});

async function onSqlite(): Promise<Under> {
  const folder = mkdtempSync(join(tmpdir(), 'assent-registry-'));
  const opened = await openTransactionStore({ url: `sqlite:${join(folder, 'a.sqlite')}`, leaseMs: LEASE_MS });
  return over(opened, () => rmSync(folder, { recursive: true, force: true }));
}

async function onMariadb(): Promise<Under> {
  const database = await createTestDatabase();
  const opened = await openTransactionStore({ url: database.url, leaseMs: LEASE_MS });
  return over(opened, () => database.drop());
}

describe.each([
  ['SQLite', onSqlite],
  ['MariaDB', mariadbUrl === null ? null : onMariadb],
] as const)('announcements that were heard, on %s', (_dialect, open) => {
  const test = open === null ? it.skip : it;
  let under: Under;

  beforeEach(async () => {
    if (open !== null) under = await open();
  });
  afterEach(() => under?.close());

  const said = (saidAt: number, digit: string, of: Partial<HeardAnnouncement> = {}): HeardAnnouncement => ({
    participant: 'inventory',
    instance: 'i-1',
    saidAt,
    fingerprint: digit.repeat(64),
    ...of,
  });
  const hear = (one: HeardAnnouncement) => under.registry.hear(one);

  test('are not heard again, nor is one that was signed before', async () => {
    expect(await hear(said(100, 'a'))).toBe('first');
    expect(await hear(said(100, 'a'))).toBe('repeated');
    expect(await hear(said(100, 'b'))).toBe('first');
    expect(await hear(said(100, 'a'))).toBe('repeated');
    expect(await hear(said(99, 'c'))).toBe('older');
    expect(await hear(said(101, 'd'))).toBe('first');
    expect(await hear(said(100, 'b'))).toBe('older');
  });

  test('concern one instance only', async () => {
    await hear(said(100, 'a'));
    expect(await hear(said(90, 'a', { instance: 'i-2' }))).toBe('first');
    expect(await hear(said(90, 'a', { participant: 'payment' }))).toBe('first');
  });

  test('are heard once by all nodes together, when it is the first of its instance and when it is not', async () => {
    for (const saidAt of [100, 101]) {
      const hearings = await Promise.all(Array.from({ length: 6 }, () => hear(said(saidAt, 'a'))));
      expect(hearings.toSorted()).toEqual(['first', ...Array(5).fill('repeated')]);
    }
    const different = await Promise.all(['a', 'b', 'c', 'd'].map((digit) => hear(said(102, digit))));
    expect(different).toEqual(Array(4).fill('first'));
  });

  test('are sixteen of one second at most: the column holds no more', async () => {
    for (let place = 0; place < 16; place += 1) expect(await hear(said(100, place.toString(16)))).toBe('first');
    expect(await hear(said(100, 'g'))).toBe('repeated');
    expect(await hear(said(101, 'g'))).toBe('first');
  });

  test('outlive the instance, and are forgotten when their signatures are no longer valid', async () => {
    await hear(said(100, 'a'));
    await under.registry.remove('inventory', 'i-1');
    expect(await hear(said(100, 'a'))).toBe('repeated');
    await under.registry.forgetHeard(100);
    expect(await hear(said(100, 'a'))).toBe('repeated');
    await under.registry.forgetHeard(101);
    expect(await hear(said(100, 'a'))).toBe('first');
  });
});
