import { openTransactionStore } from '@assent/store';
import mysql from 'mysql2/promise';
import { aBegin, aMove, anImage, BEGUN_AT_MS, Node } from '../../contract/support/rows.js';
import { createTestDatabase, describeOnMariadb, type TestDatabase } from '../../support/databases.js';
import { copyRow, untilWritten } from './copied-rows.js';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/;
const LONG_AGO_MS = BEGUN_AT_MS - 1_000_000;

describeOnMariadb('copies of a row', () => {
  let database: TestDatabase;
  let store: Awaited<ReturnType<typeof openTransactionStore>>['store'];
  let connection: mysql.Connection;

  beforeAll(async () => {
    database = await createTestDatabase('assent_bench');
    ({ store } = await openTransactionStore({ url: database.url, leaseMs: 5_000, poolSize: 1 }));
    connection = await mysql.createConnection({ uri: database.url });
    const node = await Node.enter(store);
    const rests = aBegin('rests', null, { dueAtMs: BEGUN_AT_MS + 30_000, definition: '{"branches":[1]}' });
    await node.commit({ begins: [rests, aBegin('ended', node.incarnation)] });
    await node.commit({ moves: [aMove('ended', node.incarnation, { image: anImage() })] });
  });
  afterAll(async () => {
    await connection.end();
    await store.close();
    await database.drop();
  });

  const gids = async (status: string) => {
    const [rows] = await connection.query<mysql.RowDataPacket[]>('SELECT gid FROM global_transaction WHERE status=? ORDER BY gid', [
      status,
    ]);
    return rows.map(({ gid }) => String(gid)).filter((gid) => UUID_V7.test(gid));
  };

  it('hold what the coordinator wrote, under gids of the time at which each began', async () => {
    await copyRow(connection, { gid: 'rests', count: 100, fromMs: LONG_AGO_MS, spanMs: 100_000 });
    const [original] = await store.readMany(['rests']);
    const copied = await store.readMany(await gids('active'));
    const sorted = [...copied].sort((a, b) => (a.gid < b.gid ? -1 : 1));
    expect(sorted).toHaveLength(100);
    sorted.forEach((row, index) => {
      const createdAtMs = LONG_AGO_MS + (index + 1) * 1_000;
      expect(row).toEqual({ ...original, gid: row.gid, createdAtMs, dueAtMs: createdAtMs + 30_000 });
      expect(Number.parseInt(row.gid.replace('-', '').slice(0, 12), 16)).toBe(createdAtMs);
    });
  });

  it('are due when their originals would have been, and found by those who look for that', async () => {
    const due = await store.readDue(LONG_AGO_MS + 50_000 + 30_000, 1_000);
    expect(due).toHaveLength(50);
  });

  it('of a finished one are finished, as long after their beginning', async () => {
    await copyRow(connection, { gid: 'ended', count: 3, fromMs: LONG_AGO_MS, spanMs: 3_000 });
    const [original] = await store.readMany(['ended']);
    const took = (row: typeof original) => (row?.finishedAtMs ?? Number.NaN) - (row?.createdAtMs ?? Number.NaN);
    const copied = await store.readMany(await gids('committed'));
    expect(copied.map(took)).toEqual([took(original), took(original), took(original)]);
    expect(copied.map(({ dueAtMs, owner }) => [dueAtMs, owner])).toEqual([
      [null, null],
      [null, null],
      [null, null],
    ]);
  });

  it('can be waited for until the server has written them, and leave its settings as they were', async () => {
    const read = async () => (await connection.query('SELECT @@GLOBAL.innodb_io_capacity,@@GLOBAL.innodb_max_dirty_pages_pct'))[0];
    const before = await read();
    await untilWritten(connection);
    expect(await read()).toEqual(before);
  });
});
