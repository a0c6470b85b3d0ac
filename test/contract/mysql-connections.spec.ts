import { StoreUnavailableError } from '@assent/engine';
import { type OpenedStore, openTransactionStore } from '@assent/store';
import mysql from 'mysql2/promise';
import { createTestDatabase, describeOnMariadb, type TestDatabase } from '../support/databases.js';
import { DatabaseProxy } from './support/proxy.js';
import { aBegin, aMove, anAudit, anImage, bits63, Node } from './support/rows.js';
import { until } from './support/until.js';

describeOnMariadb('two connections to MariaDB', () => {
  let database: TestDatabase;
  let proxy: DatabaseProxy;
  let opened: OpenedStore;
  let other: mysql.Connection;

  beforeEach(async () => {
    database = await createTestDatabase();
    proxy = await DatabaseProxy.start(database.url);
    opened = await openTransactionStore({ url: proxy.url, leaseMs: 2_500 });
    other = await mysql.createConnection({ uri: database.url });
  });
  afterEach(async () => {
    other.destroy();
    await opened.store.close();
    await proxy.stop();
    await database.drop();
  });

  /** Ids of the sessions that have more than one statement per packet: the writer's, by its settings. */
  const waitingSessions = async () => {
    const [rows] = await other.query<mysql.RowDataPacket[]>(
      `SELECT id, info FROM information_schema.processlist WHERE db = ? AND id <> CONNECTION_ID() AND info IS NOT NULL`,
      [database.name],
    );
    return rows;
  };

  it('takes the first half of a refused packet back before anything else is sent', async () => {
    const node = await Node.enter(opened.store);
    await node.commit({ begins: [aBegin('g-1', node.incarnation), aBegin('g-2', null)] });
    const audit = anAudit('g-1');
    await node.commit({ moves: [aMove('g-1', node.incarnation, { owner: node.incarnation })], audit: [audit] });
    // The move runs; the audit row behind it has an id that exists.
    const refused = await node.flush({ moves: [aMove('g-1', node.incarnation, { fromVersion: 2 })], audit: [audit] });
    expect(refused.kind).toBe('data_error');
    await node.commit();
    expect(await opened.store.read('g-1')).toMatchObject({ version: 2 });
    expect(await opened.store.readNodes()).toMatchObject([{ flushes: 3 }]);
  });

  it('finds out that a flush whose acknowledgement was lost is committed', async () => {
    const node = await Node.enter(opened.store);
    proxy.failNextFlush('lose_answer');
    expect((await node.flush({ begins: [aBegin('g-1', node.incarnation)] })).kind).toBe('unknown');
    expect(await opened.store.settle(node.incarnation, 0)).toMatchObject({ kind: 'committed' });
    expect(await opened.store.read('g-1')).toMatchObject({ version: 1 });
    node.flushes = 1;
    await node.commit();
  });

  it('does not let a packet commit that arrives after the verdict', async () => {
    const node = await Node.enter(opened.store);
    proxy.failNextFlush('hold_packet');
    expect((await node.flush({ begins: [aBegin('g-1', node.incarnation)] })).kind).toBe('unknown');
    expect(await opened.store.settle(node.incarnation, 0)).toEqual({ kind: 'not_committed', flushes: 2 });
    await proxy.deliverHeld();
    expect(await opened.store.read('g-1')).toBeNull();
    node.flushes = 2;
    await node.commit({ begins: [aBegin('g-1', node.incarnation)] });
  });

  it('does let a packet commit that arrives before the verdict, and says so', async () => {
    const node = await Node.enter(opened.store);
    proxy.failNextFlush('hold_packet');
    expect((await node.flush({ begins: [aBegin('g-1', node.incarnation)] })).kind).toBe('unknown');
    await proxy.deliverHeld();
    expect(await opened.store.settle(node.incarnation, 0)).toMatchObject({ kind: 'committed' });
    expect(await opened.store.read('g-1')).not.toBeNull();
  });

  it('gives up waiting for a silent server after one lease', async () => {
    const node = await Node.enter(opened.store);
    proxy.failNextFlush('go_silent');
    expect((await node.flush({ begins: [aBegin('g-1', null)] })).kind).toBe('unknown');
    expect(await opened.store.settle(node.incarnation, 0)).toEqual({ kind: 'not_committed', flushes: 2 });
  });

  it('reads on after the network has forgotten its connections, and lets nobody wait for ever', async () => {
    const read = () => opened.store.readNodes();
    const policies = () => opened.store.readPolicies();
    await Promise.all(Array.from({ length: 30 }, (_, place) => (place % 2 === 0 ? read() : policies())));
    proxy.forgetConnections();
    const answers = await Promise.allSettled(Array.from({ length: 30 }, (_, place) => (place % 2 === 0 ? read() : policies())));
    const refused = answers.filter((answer) => answer.status === 'rejected').map((answer) => answer.reason as Error);
    expect(refused.every((reason) => reason instanceof StoreUnavailableError)).toBe(true);
    await expect(read()).resolves.toEqual([]);
    await expect(policies()).resolves.not.toHaveLength(0);
  }, 30_000);

  it('refuses reads when too many wait already', async () => {
    const reads = await Promise.allSettled(Array.from({ length: 1_500 }, () => opened.store.read('g-1')));
    const refused = reads.filter((answer) => answer.status === 'rejected').map((answer) => answer.reason as Error);
    expect(refused).toHaveLength(490);
    expect(refused[0]).toBeInstanceOf(StoreUnavailableError);
  });

  it('waits for the verdict until the flush in question has ended', async () => {
    const node = await Node.enter(opened.store);
    await other.query('BEGIN');
    await other.query('UPDATE coordinator_node SET flushes = flushes + 1 WHERE incarnation = ?', [node.incarnation]);
    const verdict = opened.store.settle(node.incarnation, 0);
    await until('the witness waits', async () => (await waitingSessions()).some((row) => String(row.info).includes('FOR UPDATE')));
    // Longer than one lock wait: the first attempt is answered 1205.
    const [[first]] = await other.query<mysql.RowDataPacket[][]>('SELECT SLEEP(2.3) AS slept');
    expect(first).toBeDefined();
    await other.query('COMMIT');
    expect(await verdict).toMatchObject({ kind: 'committed' });
  });

  it('does not wait for a node that was stopped inside a flush, and declares it dead once its row is free', async () => {
    const stopped = await Node.enter(opened.store, 'stopped');
    const watching = await Node.enter(opened.store, 'watching');
    const declarations = [{ incarnation: stopped.incarnation, flushes: 0 }];
    await other.query('BEGIN');
    await other.query('UPDATE coordinator_node SET flushes = flushes + 1 WHERE incarnation = ?', [stopped.incarnation]);
    expect(await watching.commit({ begins: [aBegin('g-1', null)], declarations })).toMatchObject({ declared: [] });
    await other.query('ROLLBACK');
    expect(await watching.commit({ declarations })).toMatchObject({ declared: [stopped.incarnation] });
  });

  it('calls a row that somebody else has locked retryable, and nothing of the flush is there', async () => {
    const node = await Node.enter(opened.store);
    await node.commit({ begins: [aBegin('g-1', node.incarnation)] });
    await other.query('BEGIN');
    await other.query("SELECT gid FROM global_transaction WHERE gid = 'g-1' FOR UPDATE");
    const batch = { begins: [aBegin('g-2', null)], moves: [aMove('g-1', node.incarnation)] };
    expect(await node.flush(batch)).toMatchObject({ kind: 'retryable', message: expect.stringContaining('1205') });
    await other.query('ROLLBACK');
    expect(await opened.store.read('g-2')).toBeNull();
    await node.commit(batch);
  });

  it('calls a deadlock retryable', async () => {
    const node = await Node.enter(opened.store);
    const many = Array.from({ length: 50 }, (_, place) => aBegin(`many-${place}`, null));
    await node.commit({ begins: [aBegin('g-1', node.incarnation), ...many] });
    await other.query('BEGIN');
    // Of two in a deadlock the one that changed less is the victim.
    await other.query('UPDATE global_transaction SET version = version + 1');
    const flush = node.flush({ moves: [aMove('g-1', node.incarnation)] });
    await until('the flush waits', async () => (await waitingSessions()).some((row) => String(row.info).startsWith('UPDATE global_')));
    await other.query('UPDATE coordinator_node SET seen_at = 1');
    expect(await flush).toMatchObject({ kind: 'retryable', message: expect.stringContaining('1213') });
    await other.query('ROLLBACK');
    await node.commit({ moves: [aMove('g-1', node.incarnation)] });
  });

  it('does not know what became of a flush whose session was killed', async () => {
    const node = await Node.enter(opened.store);
    await node.commit({ begins: [aBegin('g-1', node.incarnation)] });
    await other.query('BEGIN');
    await other.query("SELECT gid FROM global_transaction WHERE gid = 'g-1' FOR UPDATE");
    const flush = node.flush({ moves: [aMove('g-1', node.incarnation)] });
    const stuck = async () => (await waitingSessions()).filter((row) => String(row.info).startsWith('UPDATE global_'));
    await until('the flush waits', async () => (await stuck()).length === 1);
    await other.query(`KILL ${(await stuck())[0]?.id}`);
    expect((await flush).kind).toBe('unknown');
    expect(await opened.store.settle(node.incarnation, 1)).toEqual({ kind: 'not_committed', flushes: 3 });
  });

  it('lets the server end an idle session after one lease, and connects again', async () => {
    const node = await Node.enter(opened.store);
    await node.commit();
    const [[mine]] = await other.query<mysql.RowDataPacket[][]>('SELECT 1');
    expect(mine).toBeDefined();
    const sessions = async () => {
      const [rows] = await other.query<mysql.RowDataPacket[]>(
        "SELECT id FROM information_schema.processlist WHERE db = ? AND id <> CONNECTION_ID() AND command = 'Sleep'",
        [database.name],
      );
      return rows.length;
    };
    const before = await sessions();
    await until('the server has ended a session', async () => (await sessions()) < before);
    await node.commit();
  });

  it('commits on when the guard of a group matches only in part', async () => {
    const node = await Node.enter(opened.store);
    const gids = ['a', 'b', 'c', 'd'];
    await node.commit({ begins: gids.map((gid) => aBegin(gid, gid === 'c' ? bits63() : node.incarnation)) });
    const image = (gid: string) => anImage({ progress: gid > 'b' ? gid : '' });
    const result = await node.commit({ moves: gids.map((gid) => aMove(gid, node.incarnation, { image: image(gid) })) });
    expect(result.unmoved).toEqual(['c']);
  });

  it('says that it is unavailable when nothing answers', async () => {
    const node = await Node.enter(opened.store);
    await proxy.stop();
    const result = await node.flush({ begins: [aBegin('g-1', null)] });
    expect(['retryable', 'unknown']).toContain(result.kind);
    expect((await node.flush()).kind).toBe('retryable');
    await expect(opened.store.read('g-1')).rejects.toThrow(StoreUnavailableError);
    await expect(opened.store.settle(node.incarnation, 0)).rejects.toThrow(StoreUnavailableError);
    await expect(opened.store.enter(node)).rejects.toThrow(StoreUnavailableError);
  });
});
