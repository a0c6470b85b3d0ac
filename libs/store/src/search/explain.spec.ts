/** Which index each statement of a search reaches its tables by, on a table large enough to tempt the optimizer. */
import type { SearchFilter } from '@assent/engine';
import mysql from 'mysql2/promise';
import { aBegin, bits63 } from '../../../../test/contract/support/rows.js';
import { createTestDatabase, describeOnMariadb, type TestDatabase } from '../../../../test/support/databases.js';
import { begin } from '../mysql/sql/begin.js';
import { openTransactionStore } from '../open.js';
import { inChunks } from '../rows.js';
import { countByStatus, countLooked, mysqlSearch, readAttentionOf, readEndOfWindow, readPage, type Statement } from './index.js';

const anything: SearchFilter = {
  statuses: [],
  pattern: null,
  name: null,
  businessKey: null,
  createdBy: null,
  attention: null,
  participant: null,
  errorCode: null,
  createdFromMs: null,
  createdBeforeMs: null,
};
const after = { createdAtMs: 700, gid: 'tx-00700' };
const statusOnly = { ...anything, statuses: ['active'] as const };
const waiting = { ...anything, attention: 'any' as const };
const waitingForPayment = { ...waiting, participant: 'payment' };

const statements: readonly (readonly [string, Statement, Readonly<Record<string, string>>])[] = [
  ['a page', readPage(statusOnly, null, 50, mysqlSearch), { k: 'by_created_at', t: 'PRIMARY' }],
  ['the page behind it', readPage(statusOnly, after, 50, mysqlSearch), { k: 'by_created_at', t: 'PRIMARY' }],
  [
    'a page by business key',
    readPage({ ...anything, businessKey: 'order-7' }, null, 50, mysqlSearch),
    { k: 'by_business_key', t: 'PRIMARY' },
  ],
  ['a page of what needs attention', readPage(waiting, after, 50, mysqlSearch), { a: 'PRIMARY', t: 'PRIMARY' }],
  ['a page of what waits for one', readPage(waitingForPayment, after, 50, mysqlSearch), { a: 'by_participant', t: 'PRIMARY' }],
  ['the end of a window', readEndOfWindow(statusOnly, after, mysqlSearch), { k: 'by_created_at' }],
  ['counts by status', countByStatus(statusOnly, mysqlSearch), { k: 'by_created_at', t: 'PRIMARY' }],
  ['how much was looked at', countLooked(statusOnly, mysqlSearch), { k: 'by_created_at' }],
  ['the attention of a page', readAttentionOf(['tx-00003', 'tx-00004'], mysqlSearch, 100), { a: 'PRIMARY' }],
];

describeOnMariadb('the indexes of a search on 20,000 transactions', () => {
  let database: TestDatabase;
  let connection: mysql.Connection;

  beforeAll(async () => {
    database = await createTestDatabase();
    const { store } = await openTransactionStore({ url: database.url, leaseMs: 5_000, poolSize: 1 });
    await store.close();
    connection = await mysql.createConnection({ uri: database.url });
    const places = Array.from({ length: 20_000 }, (_, place) => place);
    const gid = (place: number) => `tx-${String(place).padStart(5, '0')}`;
    const row = (place: number) => aBegin(gid(place), null, { createdAtMs: place, businessKey: `order-${place % 50}` });
    for (const chunk of inChunks(places, 1_000)) await connection.query(begin(chunk.map(row), bits63()));
    for (const chunk of inChunks(places.slice(0, 5_000), 1_000)) {
      const rows = chunk.map((place) => `('${gid(place)}','a','parked','c','${place % 2 === 0 ? 'payment' : 'inventory'}',1)`);
      await connection.query(`INSERT INTO attention VALUES ${rows.join(',')}`);
    }
    await connection.query('ANALYZE TABLE global_transaction, attention');
  });
  afterAll(async () => {
    await connection.end();
    await database.drop();
  });

  it.each(statements)('serve %s', async (_name, { sql, parameters }, expected) => {
    const [plan] = await connection.query<mysql.RowDataPacket[]>(`EXPLAIN ${sql}`, [...parameters]);
    const used = plan.filter(({ table }) => table !== null && !String(table).startsWith('<'));
    expect(Object.fromEntries(used.map(({ table, key }) => [table as string, key as string]))).toEqual(expected);
  });

  it('look at no more than a window, however little is found', async () => {
    const { sql, parameters } = readPage({ ...anything, name: 'nobody' }, null, 50, mysqlSearch);
    await connection.query('FLUSH STATUS');
    await connection.query(sql, [...parameters]);
    const [counters] = await connection.query<mysql.RowDataPacket[]>("SHOW SESSION STATUS LIKE 'Handler_read%'");
    const reads = counters.filter(({ Variable_name: name }) => /_(key|next|prev)$/.test(String(name)));
    expect(reads.reduce((sum, { Value: value }) => sum + Number(value), 0)).toBeLessThan(3 * mysqlSearch.window + 100);
  });
});
