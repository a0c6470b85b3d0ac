import mysql from 'mysql2/promise';
import { aBegin, aMove, anAttempt, anAttention, anAudit, anImage, bits63 } from '../../../../../test/contract/support/rows.js';
import { createTestDatabase, describeOnMariadb, type TestDatabase } from '../../../../../test/support/databases.js';
import { inChunks } from '../../rows.js';
import { openMysql } from '../open-mysql.js';
import {
  attempts,
  attention,
  audit,
  begin,
  clearAttention,
  declarePredecessors,
  deleteApplied,
  deleteDismissed,
  fence,
  leaveNode,
  lockNode,
  momentIfEntered,
  moveEach,
  moveGroup,
  READ_NODES,
  readCommands,
  readDue,
  readExisting,
  readMany,
  readOwned,
  readOwnedGids,
  readRemainingCommands,
  readWaiting,
  readWritten,
  skipFlush,
  standingStill,
} from './index.js';

const me = bits63();
const flush = bits63();
const gids = ['tx-00007', 'tx-00011', 'tx-00013'];
const [first = '', ...others] = gids;
const owned = (gid: string, image: ReturnType<typeof anImage> | null) => aMove(gid, me, { image, owner: null });
const each = (shape: 'ownership' | 'image' | 'definition', image: ReturnType<typeof anImage> | null) =>
  moveEach(
    shape,
    gids.map((gid) => owned(gid, image)),
    flush,
  )[0]?.sql ?? '';

/** Every statement that locks, claims or reads, with the index that each table is reached by. */
const statements: readonly (readonly [string, string, Readonly<Record<string, string>>])[] = [
  ['the fence', fence({ incarnation: me, flushes: 3 }), { coordinator_node: 'PRIMARY' }],
  ['finding a node that stands still', standingStill({ incarnation: me, flushes: 3 }), { coordinator_node: 'PRIMARY' }],
  ['leaving', leaveNode(me), { coordinator_node: 'PRIMARY' }],
  ['the witness', lockNode(me), { coordinator_node: 'PRIMARY' }],
  ['the verdict', skipFlush(me, 9), { coordinator_node: 'PRIMARY' }],
  ['declaring predecessors', declarePredecessors({ incarnation: me, name: 'node-7' }), { coordinator_node: 'by_state' }],
  ['a group of moves', moveGroup([owned(first, anImage()), ...others.map((gid) => owned(gid, anImage()))], flush), { g: 'PRIMARY' }],
  ['a group of claims', moveGroup([aMove(first, null, { owner: me, image: null })], flush), { g: 'PRIMARY' }],
  ['moves of ownership', each('ownership', null), { g: 'PRIMARY' }],
  ['moves of images', each('image', anImage({ progress: '{}' })), { g: 'PRIMARY' }],
  ['moves with definitions', each('definition', anImage({ definition: '{}' })), { g: 'PRIMARY' }],
  [
    'clearing attention',
    clearAttention(
      gids.map((gid) => ({ gid, rows: [] })),
      flush,
    ),
    { g: 'PRIMARY', s: 'PRIMARY' },
  ],
  [
    'attention',
    attention(
      gids.map((gid) => ({ gid, rows: [anAttention()] })),
      flush,
    )[0] ?? '',
    { g: 'PRIMARY' },
  ],
  [
    'attempts',
    attempts(
      gids.map((gid) => anAttempt(gid)),
      flush,
    )[0] ?? '',
    { g: 'PRIMARY' },
  ],
  [
    'audit rows',
    audit(
      gids.map((gid) => anAudit(gid)),
      flush,
    )[0] ?? '',
    { g: 'PRIMARY' },
  ],
  [
    'deleting commands with their effect',
    deleteApplied(
      gids.map((gid) => ({ id: `c-${gid}`, gid })),
      flush,
    ),
    { c: 'PRIMARY', g: 'PRIMARY' },
  ],
  ['finding commands', readCommands(me, 'c-tx-00003', 500), { c: 'PRIMARY', g: 'PRIMARY' }],
  ['watching commands go', readRemainingCommands(gids.map((gid) => `c-${gid}`)), { command: 'PRIMARY' }],
  ['reading transactions', readMany(gids), { g: 'PRIMARY' }],
  ['finding duplicates', readExisting(gids), { g: 'PRIMARY' }],
  ['finding what moved', readWritten(gids, flush), { g: 'PRIMARY' }],
  ['finding what is due', readDue(50, 1_000), { g: 'by_due_at' }],
  ['finding what is due further on', readDue(50, 1_000, 20), { g: 'by_due_at' }],
  ['finding what waits for a participant', readWaiting('inventory', 'tx-00003', 500), { attention: 'by_participant' }],
  ['finding what a node owns', readOwned(me, 500), { g: 'by_owner' }],
  ['counting what a node owns', readOwnedGids(me, 500), { g: 'by_owner' }],
  ['finding nodes that own rows', READ_NODES, { g: 'by_owner' }],
];

interface Step {
  readonly table: string;
  readonly key: string | null;
  readonly Extra: string;
}

describeOnMariadb.each([
  ['empty tables', 0],
  ['30 transactions', 30],
  ['20,000 transactions', 20_000],
])('the indexes on %s', (_size, rows) => {
  let database: TestDatabase;
  let connection: mysql.Connection;

  beforeAll(async () => {
    database = await createTestDatabase();
    const { store } = await openMysql({ url: database.url, leaseMs: 5_000, poolSize: 1 });
    await store.close();
    connection = await mysql.createConnection({ uri: database.url });
    await fill(connection, rows);
  });
  afterAll(async () => {
    await connection.end();
    await database.drop();
  });

  it.each(statements)('serve %s', async (_name, sql, expected) => {
    const [plan] = await connection.query<mysql.RowDataPacket[]>(`EXPLAIN ${sql}`);
    const used = (plan as unknown as Step[]).filter((step) => step.table !== null && !/^<|^n$/.test(step.table));
    // A table of which a constant look-up finds no row is not in the plan: with no rows at all the hint says enough.
    const found = Object.fromEntries(used.map((step) => [step.table === 'global_transaction' ? 'g' : step.table, step.key]));
    const impossible = (plan as unknown as Step[]).some((step) => /no matching|Impossible/i.test(step.Extra ?? ''));
    if (!(rows === 0 && impossible)) expect(found).toEqual(expected);
    expect(used.map((step) => step.Extra).join()).not.toMatch(/filesort|temporary/i);
  });

  it('delete commands by their ids', async () => {
    const [plan] = await connection.query<mysql.RowDataPacket[]>(`EXPLAIN ${deleteDismissed(gids.map((gid) => `c-${gid}`))}`);
    expect((plan as unknown as Step[]).map((step) => step.key)).toEqual([rows === 0 ? null : 'PRIMARY']);
  });

  it('let the clock of a flush be read by the primary key alone', async () => {
    const [plan] = await connection.query<mysql.RowDataPacket[]>(`EXPLAIN SELECT ${momentIfEntered(me)}`);
    expect((plan as unknown as Step[]).filter((step) => step.table === 'coordinator_node' && step.key !== 'PRIMARY')).toEqual([]);
  });
});

/** Half of the rows belong to one node, which is what tempts the optimizer; a tenth is at rest and due. */
async function fill(connection: mysql.Connection, rows: number): Promise<void> {
  const places = Array.from({ length: rows }, (_, place) => place);
  const gid = (place: number) => `tx-${String(place).padStart(5, '0')}`;
  const row = (place: number) =>
    aBegin(gid(place), place % 2 === 1 ? me : null, { dueAtMs: place % 10 === 0 ? place : null, createdAtMs: place });
  for (const chunk of inChunks(places, 1_000)) await connection.query(begin(chunk.map(row), flush));
  const nodes = places.slice(0, 500).map((place) => `(${place === 0 ? me : place},'node-${place}','alive',3,1,1)`);
  if (nodes.length > 0) await connection.query(`INSERT INTO coordinator_node VALUES ${nodes.join(',')}`);
  for (const chunk of inChunks(places.slice(0, 5_000), 1_000)) {
    await connection.query(`INSERT INTO attention VALUES ${chunk.map((place) => `('${gid(place)}','a','parked','c','p',1)`).join(',')}`);
  }
  for (const chunk of inChunks(places.slice(0, 5_000), 1_000)) {
    const commands = chunk.map((place) => `('c-${gid(place)}','${gid(place)}','abort','{}','local','')`);
    await connection.query(`INSERT INTO command VALUES ${commands.join(',')}`);
  }
  await connection.query('ANALYZE TABLE global_transaction, coordinator_node, attention, command');
}
