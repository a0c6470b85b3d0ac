import { sqliteDriver } from '@assent/sqlite';
import type { DataSource, EntityManager } from 'typeorm';
import { describeOnMariadb } from '../../../test/support/databases.js';
import {
  LocalTransactions,
  LockWaitError,
  OutsideTransactionError,
  TooManyWaitingError,
  TransactionOverError,
  WorkTooLongError,
} from '../src/index.js';
import { aCall, answer, effectOf, effectsOf, newBarrier } from './support/barriers.js';
import { describeOnEachDatabase, openDataSource, openMariadb, openSqlite } from './support/data-sources.js';
import { Latch, until } from './support/latch.js';
import { newGid } from './support/running-theatre.js';
import { recordEffect } from './support/theatre.js';

describeOnEachDatabase('a local transaction', (open) => {
  let dataSource: DataSource;
  let transactions: LocalTransactions;
  let close: () => Promise<void>;
  let gid: string;

  beforeAll(async () => {
    ({ dataSource, close } = await openDataSource(open));
    transactions = LocalTransactions.of(dataSource, { workMs: 500 });
  });
  afterAll(() => close());
  beforeEach(() => {
    gid = newGid();
  });

  it('commits what its work wrote and returns its value', async () => {
    const value = await transactions.run(async (manager) => {
      await recordEffect(manager, gid, 'b', 'written');
      return 42;
    });
    expect([value, await effectsOf(dataSource, gid)]).toEqual([42, ['written']]);
  });

  it('keeps two interleaved transactions and a plain write between them apart when one is refused', async () => {
    const steps = { first: new Latch(), second: new Latch() };
    const refused = newGid();
    const plain = newGid();
    const first = transactions.run(async (manager) => {
      await recordEffect(manager, refused, 'b', 'first half');
      await steps.first.opened;
      await recordEffect(manager, refused, 'b', 'second half');
      throw new Error('refused');
    });
    const second = transactions.run(async (manager) => {
      await recordEffect(manager, gid, 'b', 'first half');
      await steps.second.opened;
      await recordEffect(manager, gid, 'b', 'second half');
    });
    const between = dataSource.query('INSERT INTO effect (gid, branch, op) VALUES (?, ?, ?)', [plain, 'b', 'plain']);
    steps.first.open();
    steps.second.open();
    await expect(first).rejects.toThrow('refused');
    await Promise.all([second, between]);
    expect(await effectsOf(dataSource, refused)).toEqual([]);
    expect(await effectsOf(dataSource, gid)).toEqual(['first half', 'second half']);
    expect(await effectsOf(dataSource, plain)).toEqual(['plain']);
  });

  it('shows plain reads only what is committed', async () => {
    await transactions.run(async (manager) => {
      await recordEffect(manager, gid, 'b', 'written');
      expect(await effectsOf(dataSource, gid)).toEqual([]);
    });
    expect(await effectsOf(dataSource, gid)).toEqual(['written']);
  });

  it('keeps a transaction that TypeORM itself starts apart from the others', async () => {
    const other = newGid();
    const own = dataSource.transaction(async (manager) => {
      await recordEffect(manager, gid, 'b', 'own');
      throw new Error('refused');
    });
    const run = transactions.run((manager) => recordEffect(manager, other, 'b', 'run'));
    await expect(own).rejects.toThrow('refused');
    await run;
    expect([await effectsOf(dataSource, gid), await effectsOf(dataSource, other)]).toEqual([[], ['run']]);
  });

  it('rolls back to the savepoint of a nested transaction, and keeps the rest', async () => {
    await transactions.run(async (manager) => {
      await recordEffect(manager, gid, 'b', 'outer');
      const nested = manager.transaction(async (inner: EntityManager) => {
        await recordEffect(inner, gid, 'b', 'inner');
        throw new Error('not this');
      });
      await nested.catch(() => undefined);
    });
    expect(await effectsOf(dataSource, gid)).toEqual(['outer']);
  });

  it('refuses statements that come after its end, and after the end of one that TypeORM started', async () => {
    const kept: EntityManager[] = [];
    const keep = async (manager: EntityManager) => void kept.push(manager);
    await transactions.run(keep);
    await dataSource.transaction(keep);
    const late = `INSERT INTO effect (gid, branch, op) VALUES ('${gid}', 'b', 'late')`;
    for (const { queryRunner } of kept) await expect(queryRunner?.query(late)).rejects.toThrow();
    expect(kept).toHaveLength(2);
    expect(await effectsOf(dataSource, gid)).toEqual([]);
  });

  it('refuses a statement that was not awaited and comes only when COMMIT is on its way', async () => {
    const createQueryRunner = dataSource.createQueryRunner.bind(dataSource);
    let late: Promise<unknown> = Promise.resolve();
    jest.spyOn(dataSource, 'createQueryRunner').mockImplementationOnce(() => {
      const runner = createQueryRunner();
      const commit = runner.commitTransaction.bind(runner);
      runner.commitTransaction = () => {
        late = recordEffect(runner.manager, gid, 'b', 'late').catch((error: unknown) => error);
        return commit();
      };
      return runner;
    });
    await transactions.run((manager) => recordEffect(manager, gid, 'b', 'in time'));
    expect(await late).toBeInstanceOf(TransactionOverError);
    expect(await effectsOf(dataSource, gid)).toEqual(['in time']);
  });

  it('rolls work back that does not end in time, and whatever it writes later', async () => {
    const latch = new Latch();
    const late = jest.fn();
    const stuck = transactions.run(async (manager) => {
      await recordEffect(manager, gid, 'b', 'early');
      await latch.opened;
      await recordEffect(manager, gid, 'b', 'late').catch(late);
    });
    await expect(stuck).rejects.toThrow(WorkTooLongError);
    latch.open();
    await until('the late statement is refused', () => late.mock.calls.length === 1);
    expect(await effectsOf(dataSource, gid)).toEqual([]);
  });
});

describe('local transactions on SQLite', () => {
  const opened: (() => Promise<void>)[] = [];
  const openWith = async (limits: object, more: object = {}) => {
    const { dataSource, close } = await openDataSource(openSqlite(), more);
    opened.push(close);
    return { dataSource, transactions: LocalTransactions.of(dataSource, limits) };
  };
  afterEach(async () => {
    for (const close of opened.splice(0)) await close();
  });

  it('refuses a plain write from inside a transaction at once, instead of letting it wait for itself', async () => {
    const { dataSource, transactions } = await openWith({});
    const gid = newGid();
    const mistaken = transactions.run(() => recordEffect(dataSource.manager, gid, 'b', 'plain'));
    await expect(mistaken).rejects.toThrow(OutsideTransactionError);
    await expect(transactions.run(() => transactions.run(async () => undefined))).rejects.toThrow(OutsideTransactionError);
    await transactions.run((manager) => recordEffect(manager, gid, 'b', 'right'));
    expect(await effectsOf(dataSource, gid)).toEqual(['right']);
  });

  it('lets what a handler has started write by itself once the transaction has ended', async () => {
    const { dataSource, transactions } = await openWith({});
    const gid = newGid();
    const over = new Latch();
    let afterwards: Promise<unknown> = Promise.resolve();
    await transactions.run(async () => {
      afterwards = over.opened.then(() => recordEffect(dataSource.manager, gid, 'b', 'afterwards'));
    });
    over.open();
    await afterwards;
    expect(await effectsOf(dataSource, gid)).toEqual(['afterwards']);
  });

  it('keeps other processes from writing from its beginning on, so that it cannot fail for what it has read', async () => {
    const { dataSource, transactions } = await openWith({});
    const other = new (sqliteDriver())(String(dataSource.options.database), { timeout: 0 });
    const write = () => other.exec("INSERT INTO seat (name) VALUES ('theirs')");
    await transactions.run(async () => expect(write).toThrow(/locked|busy/i));
    write();
    other.close();
  });

  it('gives turns in the order of asking, and none to who has waited too long', async () => {
    const { transactions } = await openWith({ lockWaitMs: 50 });
    const latch = new Latch();
    const slow = transactions.run(() => latch.opened);
    await expect(transactions.run(async () => undefined)).rejects.toThrow(LockWaitError);
    latch.open();
    await slow;
    const order: number[] = [];
    await Promise.all([1, 2, 3].map((n) => transactions.run(async () => void order.push(n))));
    expect(order).toEqual([1, 2, 3]);
  });

  it('lets only so many wait', async () => {
    const { transactions } = await openWith({ maxWaiting: 1 });
    const latch = new Latch();
    const running = transactions.run(() => latch.opened);
    const waiting = transactions.run(async () => 'waited');
    await expect(transactions.run(async () => undefined)).rejects.toThrow(TooManyWaitingError);
    latch.open();
    await running;
    expect(await waiting).toBe('waited');
  });

  it('cleans up after a BEGIN that somebody sent and never ended', async () => {
    const { dataSource, transactions } = await openWith({});
    const gid = newGid();
    await dataSource.query('BEGIN');
    await transactions.run((manager) => recordEffect(manager, gid, 'b', 'right'));
    expect(await effectsOf(dataSource, gid)).toEqual(['right']);
  });

  it('works in memory too, where reads wait for their turn', async () => {
    const { dataSource, transactions } = await openWith({}, { database: ':memory:' });
    const gid = newGid();
    const latch = new Latch();
    const begun = new Latch();
    const written = transactions.run(async (manager) => {
      begun.open();
      await latch.opened;
      await recordEffect(manager, gid, 'b', 'written');
    });
    await begun.opened;
    const read = effectsOf(dataSource, gid);
    latch.open();
    await written;
    expect(await read).toEqual(['written']);
  });
});

describeOnMariadb('local transactions on MariaDB', () => {
  let dataSource: DataSource;
  let close: () => Promise<void>;

  beforeAll(async () => {
    ({ dataSource, close } = await openDataSource(openMariadb));
    await dataSource.query("INSERT INTO seat (name) VALUES ('left'), ('right')");
  });
  afterAll(() => close());

  /** Locks two seats; both sides are made to hold their first before they ask for the second. */
  function lockBoth(meet: Latch, arrive: () => void, names: readonly [string, string], swallow: 'swallow' | 'throw') {
    return async (manager: EntityManager) => {
      const lock = (name: string) => manager.query('SELECT name FROM seat WHERE name = ? FOR UPDATE', [name]);
      await lock(names[0]);
      arrive();
      await meet.opened;
      const second = lock(names[1]);
      if (swallow === 'swallow') await second.catch(() => undefined);
      else await second;
    };
  }

  it.each(['throw', 'swallow'] as const)(
    'runs a branch again that lost a deadlock, with one effect, even when its handler would %s the error',
    async (how) => {
      const gids = [newGid(), newGid()] as const;
      const meet = new Latch();
      let runs = 0;
      const arrive = () => {
        runs += 1;
        if (runs === 2) meet.open();
      };
      const calls = gids.map((gid) => aCall('try', gid));
      const orders = [
        ['left', 'right'],
        ['right', 'left'],
      ] as const;
      const answers = await Promise.all(
        calls.map((call, n) =>
          newBarrier(dataSource).answer(call, effectOf(call, lockBoth(meet, arrive, orders[n] as (typeof orders)[0], how))),
        ),
      );
      expect(answers.map((given) => given.kind)).toEqual(['succeeded', 'succeeded']);
      expect(runs).toBe(3);
      expect(await Promise.all(gids.map((gid) => effectsOf(dataSource, gid)))).toEqual([['try'], ['try']]);
      for (const gid of gids) expect((await answer(newBarrier(dataSource), aCall('confirm', gid))).kind).toBe('succeeded');
    },
  );

  it('waits two seconds for locks, not fifty', async () => {
    const read = (manager: EntityManager) => manager.query<{ seconds: string }[]>('SELECT @@innodb_lock_wait_timeout AS seconds');
    const rows = await LocalTransactions.of(dataSource).run(read);
    expect(Number(rows[0]?.seconds)).toBe(2);
  });

  it('gives up a unit that meets a conflict every time, after three more runs', async () => {
    let runs = 0;
    const conflict = LocalTransactions.of(dataSource).run(async (manager) => {
      runs += 1;
      await manager.query("SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'deadlock'");
    });
    await expect(conflict).rejects.toThrow('deadlock');
    expect(runs).toBe(4);
  });
});
