import { describeEveryDatabase } from '../../../../test/contract/support/opened.js';
import { aBegin, anAttention, BEGUN_AT_MS, Node } from '../../../../test/contract/support/rows.js';
import { Concerns } from './index.js';

describeEveryDatabase('what is unfinished for too long', (opened, name) => {
  it('is found without a look at what has ended', async () => {
    const { dataSource, store } = opened();
    const node = await Node.enter(store, 'a');
    const ended = Array.from({ length: 400 }, (_, at) => aBegin(`ended-${at}`, null, { status: 'committed' }));
    const begins = [aBegin('driven', node.incarnation), aBegin('due', null, { dueAtMs: 1 }), aBegin('parked', null)];
    await node.commit({ begins: [...ended, ...begins], attention: [{ gid: 'parked', rows: [anAttention()] }] });
    if (name === 'MariaDB') await dataSource.query('ANALYZE TABLE global_transaction');
    const asked: (readonly [string, unknown[]])[] = [];
    const { logger } = dataSource;
    const noting = { ...logger, logQuery: (sql: string, values: unknown[] = []) => void asked.push([sql, values]) };
    Object.assign(dataSource, { logger: noting });
    const found = await new Concerns(dataSource).unfinishedSince(BEGUN_AT_MS + 60_000, 9);
    Object.assign(dataSource, { logger });
    expect(found.map(({ gid }) => gid).sort()).toEqual(['driven', 'due', 'parked']);

    const indexes: string[] = [];
    for (const [sql, values] of asked) {
      const explain = name === 'SQLite' ? `EXPLAIN QUERY PLAN ${sql}` : `EXPLAIN ${sql}`;
      const steps = await dataSource.query<Record<string, unknown>[]>(explain, values);
      const texts = steps.map((step) => (name === 'SQLite' ? String(step.detail) : `${String(step.table)} ${String(step.key)}`));
      indexes.push(texts.find((text) => /\bt\b/.test(text)) ?? '');
    }
    expect(indexes).toEqual(
      [/by_owner/, /by_due_at/, /PRIMARY|autoindex_global_transaction_1/].map((index) => expect.stringMatching(index)),
    );
  });
});
