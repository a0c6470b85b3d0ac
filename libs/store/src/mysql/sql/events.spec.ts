import mysql from 'mysql2/promise';
import { bits63 } from '../../../../../test/contract/support/rows.js';
import { createTestDatabase, describeOnMariadb, type TestDatabase } from '../../../../../test/support/databases.js';
import { inChunks } from '../../rows.js';
import { openMysql } from '../open-mysql.js';
import {
  adoptEvents,
  backlog,
  countRefused,
  deleteEvents,
  deleteRefused,
  events,
  noteRefused,
  READ_ORPHANED,
  readEvents,
  readRefused,
  setAside,
} from './index.js';

const me = bits63();
const other = bits63();
const gids = ['tx-00007', 'tx-00011', 'tx-00013'];

const rows = gids.map((gid) => ({ gid, version: 1, name: 'checkout', status: 'active' as const, body: '{}', atMs: 5 }));
const keys = gids.map((gid) => ({ gid, version: 1 }));
const noSideRows = { attempts: [], attention: [], audit: [], commands: [], applied: [], dismissed: [], declarations: [] };
const batch = { fence: { incarnation: me, flushes: 1 }, flush: bits63(), begins: [], moves: [], events: rows, ...noSideRows };

/** Every statement of the outbox, with the index that each table is reached by. */
const statements: readonly (readonly [string, string, Readonly<Record<string, string>>])[] = [
  ['writing events of moves', events(batch)[0] ?? '', { g: 'PRIMARY' }],
  ['reading the oldest', readEvents(me, 256), { o: 'by_incarnation', p: 'PRIMARY', r: 'PRIMARY' }],
  ['deleting what was published', deleteEvents(keys)[0] ?? '', { outbox: 'PRIMARY' }],
  ['finding nodes that left events behind', READ_ORPHANED, { outbox: 'by_incarnation', n: 'PRIMARY' }],
  ['adopting', adoptEvents(other, me, 1_000), { outbox: 'by_incarnation' }],
  ['counting', backlog(me, 100_000), { outbox: 'by_incarnation' }],
  ['setting one aside', selectOf(setAside({ gid: 'tx-00007', version: 1, cause: 'too large' }, 5)), { outbox: 'PRIMARY' }],
  ['reading what is aside', readRefused(2_000, 256), { r: 'by_tried_at', p: 'PRIMARY' }],
  ['noting another attempt', noteRefused(keys, 5)[0] ?? '', { outbox_refused: 'PRIMARY' }],
  ['deleting what was aside', deleteRefused(keys)[0] ?? '', { outbox_refused: 'PRIMARY' }],
  ['counting what is aside', countRefused(100_000), { outbox_refused: 'by_tried_at' }],
];

/** The target of an insertion is shown as a step without an index. */
function selectOf(insertion: string): string {
  return insertion.slice(insertion.indexOf('SELECT'));
}

interface Step {
  readonly table: string | null;
  readonly key: string | null;
  readonly Extra: string;
}

describeOnMariadb('the indexes of the outbox, with 5,000 events of two nodes', () => {
  let database: TestDatabase;
  let connection: mysql.Connection;

  beforeAll(async () => {
    database = await createTestDatabase();
    const { store } = await openMysql({ url: database.url, leaseMs: 5_000, poolSize: 1 });
    await store.close();
    connection = await mysql.createConnection({ uri: database.url });
    await fill(connection, 5_000);
  });
  afterAll(async () => {
    await connection.end();
    await database.drop();
  });

  it.each(statements)('serve %s', async (_name, sql, expected) => {
    const [plan] = await connection.query<mysql.RowDataPacket[]>(`EXPLAIN ${sql}`);
    const used = (plan as unknown as Step[]).filter(({ table }) => table !== null && !/^<|^n\d/.test(table));
    const found = Object.fromEntries(used.map((step) => [step.table === 'global_transaction' ? 'g' : step.table, step.key]));
    expect(found).toEqual(expected);
    expect(used.map((step) => step.Extra).join()).not.toMatch(/filesort/i);
  });
});

/** Half of the events belong to one node, which is what tempts the optimizer. */
async function fill(connection: mysql.Connection, count: number): Promise<void> {
  const places = Array.from({ length: count }, (_, place) => place);
  const event = (place: number) => {
    const gid = `tx-${String(place).padStart(5, '0')}`;
    return `('${gid}',1,${place % 2 === 0 ? me : other},'checkout','active','{}',${place})`;
  };
  for (const chunk of inChunks(places, 1_000)) await connection.query(`INSERT INTO outbox VALUES ${chunk.map(event).join(',')}`);
  const refused = (place: number) => `('tx-${String(place).padStart(5, '0')}',1,'checkout','active','{}',${place},'too large',${place})`;
  for (const chunk of inChunks(places, 1_000)) await connection.query(`INSERT INTO outbox_refused VALUES ${chunk.map(refused).join(',')}`);
  const transaction = (place: number) => {
    const gid = `tx-${String(place).padStart(5, '0')}`;
    return `('${gid}','active','saga',0,0,NULL,NULL,1,1,'checkout',NULL,'local',x'${'00'.repeat(32)}','','',${place},NULL)`;
  };
  for (const chunk of inChunks(places, 1_000)) {
    await connection.query(`INSERT INTO global_transaction VALUES ${chunk.map(transaction).join(',')}`);
  }
  await connection.query(`INSERT INTO coordinator_node VALUES (${me},'me','alive',3,1,1),(${other},'other','dead',3,1,1)`);
  await connection.query('ANALYZE TABLE outbox, outbox_refused, global_transaction, coordinator_node');
}
