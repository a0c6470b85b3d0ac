import { StoreUnavailableError } from '@assent/engine';
import { openTransactionStore } from '@assent/store';
import mysql from 'mysql2/promise';
import { describeOnMariadb } from '../support/databases.js';
import { type MariadbServer, startMariadb } from '../support/mariadb.js';
import { aBegin, aMove, anAttempt, Node } from './support/rows.js';
import { until } from './support/until.js';

const LEASE_MS = 3_000;

/** A server of its own: what is done to it here must not happen to other suites. */
describeOnMariadb('a MariaDB server', () => {
  let server: MariadbServer;
  const options = () => ({ url: `${server.url}/assent`, leaseMs: LEASE_MS });

  beforeAll(async () => {
    server = await startMariadb({ args: ['--log-bin=binlog', '--sql-mode=NO_BACKSLASH_ESCAPES'] });
  });
  afterAll(() => server.stop());

  async function setGlobal(assignment: string): Promise<void> {
    const admin = await mysql.createConnection({ uri: server.url });
    await admin.query(`SET GLOBAL ${assignment}`);
    await admin.end();
  }

  it('is refused with binlog_format STATEMENT, which READ COMMITTED cannot be replicated with', async () => {
    await setGlobal("binlog_format = 'STATEMENT'");
    await expect(openTransactionStore(options())).rejects.toThrow(/^The database cannot be used: binlog_format is STATEMENT/);
    await setGlobal("binlog_format = 'MIXED'");
    await (await openTransactionStore(options())).store.close();
  });

  it('is told when what it acknowledges may be lost', async () => {
    await setGlobal('innodb_flush_log_at_trx_commit = 2');
    const { store, advice } = await openTransactionStore(options());
    expect(advice).toEqual([expect.stringContaining('innodb_flush_log_at_trx_commit is 2')]);
    await store.close();
    await setGlobal('innodb_flush_log_at_trx_commit = 1');
  });

  it('gets strict sessions that escape as we do, whatever it prefers', async () => {
    const { store } = await openTransactionStore(options());
    const node = await Node.enter(store, 'strict');
    const gid = "it's\\here'--";
    await node.commit({ begins: [aBegin(gid, null, { definition: gid })], attempts: [anAttempt(gid)] });
    const [one, ...others] = await Promise.all([1, 2, 3, 4].map(() => store.read(gid)));
    expect(one).toMatchObject({ gid, definition: gid });
    for (const same of others) expect(same).toEqual(one);
    expect(await store.readAttempts(gid)).toHaveLength(1);
    node.flushes = 7;
    expect((await node.flush()).kind).toBe('fenced');
    expect((await store.readNodes()).filter((row) => row.name === 'strict')).toMatchObject([{ flushes: 1 }]);
    await store.close();
  });

  it('may be killed and come back: nothing acknowledged is lost, and the store goes on', async () => {
    const { store } = await openTransactionStore(options());
    const node = await Node.enter(store, 'survivor');
    await node.commit({ begins: [aBegin('kept', node.incarnation)] });
    const { port, dataDir } = server;
    await server.kill('SIGKILL');
    expect(['retryable', 'unknown']).toContain((await node.flush({ moves: [aMove('kept', node.incarnation)] })).kind);
    expect(await node.flush({ moves: [aMove('kept', node.incarnation)] })).toMatchObject({ kind: 'retryable' });
    await expect(store.read('kept')).rejects.toThrow(StoreUnavailableError);
    server = await startMariadb({ port, dataDir, args: ['--log-bin=binlog'] });
    const verdict = await store.settle(node.incarnation, 1);
    expect(verdict).toEqual({ kind: 'not_committed', flushes: 3 });
    node.flushes = 3;
    await node.commit({ moves: [aMove('kept', node.incarnation)] });
    await until('reads work again', async () => (await store.read('kept').catch(() => null))?.version === 2);
    await store.close();
  });
});
