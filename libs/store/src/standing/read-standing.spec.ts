import { describeEveryDatabase } from '../../../../test/contract/support/opened.js';
import { aBegin, anAttention, BEGUN_AT_MS, Node } from '../../../../test/contract/support/rows.js';
import { poolLoad, readStanding } from './index.js';
import { standingStatements } from './read-standing.js';

describeEveryDatabase('how everything stands', (opened, name) => {
  it('is nothing at all in an empty database', async () => {
    const standing = await readStanding(opened().dataSource);
    expect(standing).toMatchObject({ atRest: 0, oldestCreatedAtMs: null, attention: [], nodes: [] });
    expect(Math.abs(standing.nowMs - Date.now())).toBeLessThan(60_000);
  });

  it('counts what rests, what needs somebody, and who is there', async () => {
    const node = await Node.enter(opened().store, 'a');
    const ended = { status: 'committed', createdAtMs: BEGUN_AT_MS - 9_000_000 } as const;
    await node.commit({
      begins: [
        aBegin('final', null, ended),
        aBegin('driven', node.incarnation, { createdAtMs: BEGUN_AT_MS - 2_000 }),
        aBegin('due', null, { dueAtMs: BEGUN_AT_MS + 60_000, createdAtMs: BEGUN_AT_MS - 1_000 }),
        aBegin('parked', null, { createdAtMs: BEGUN_AT_MS - 3_000 }),
        aBegin('mixed', null, ended),
      ],
      attention: [
        { gid: 'parked', rows: [anAttention(), anAttention({ branch: 'pay', participant: 'payment' })] },
        { gid: 'mixed', rows: [anAttention({ kind: 'mixed' })] },
      ],
    });
    const standing = await readStanding(opened().dataSource);
    expect(standing).toMatchObject({ atRest: 2, oldestCreatedAtMs: BEGUN_AT_MS - 3_000, nodes: [{ state: 'alive', count: 1 }] });
    expect([...standing.attention].sort((a, b) => `${a.kind}${a.participant}`.localeCompare(`${b.kind}${b.participant}`))).toEqual([
      { kind: 'mixed', participant: 'inventory', count: 1 },
      { kind: 'parked', participant: 'inventory', count: 1 },
      { kind: 'parked', participant: 'payment', count: 1 },
    ]);
  });

  it('never reads finished transactions', async () => {
    const node = await Node.enter(opened().store, 'a');
    const final = Array.from({ length: 400 }, (_, at) => aBegin(`final-${at}`, null, { status: 'committed' }));
    const open = Array.from({ length: 8 }, (_, at) =>
      aBegin(`open-${at}`, at % 2 === 0 ? node.incarnation : null, at % 2 === 0 ? {} : { dueAtMs: 1 }),
    );
    await node.commit({ begins: [...final, ...open] });
    if (name === 'MariaDB') await opened().dataSource.query('ANALYZE TABLE global_transaction');
    for (const statement of Object.values(standingStatements)) {
      const explain = name === 'SQLite' ? `EXPLAIN QUERY PLAN ${statement}` : `EXPLAIN ${statement}`;
      const steps = await opened().dataSource.query<Record<string, unknown>[]>(explain);
      const tables = /^(global_transaction|t|g)$/;
      const scans = steps.filter((step) =>
        name === 'SQLite'
          ? /^SCAN (global_transaction|t|g)\b/.test(String(step.detail))
          : tables.test(String(step.table)) && step.key === null,
      );
      expect(scans).toEqual([]);
    }
  });

  it('shows a pool where there is one', () => {
    const load = poolLoad(opened().dataSource);
    if (name === 'SQLite') expect(load).toBeNull();
    else expect(load).toMatchObject({ open: expect.any(Number), waiting: 0 });
  });
});
