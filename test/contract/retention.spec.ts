/** What is old goes in small batches: first what was asked, then the row; what is not finished stays, and is flagged. */
import { Retention } from '@assent/store';
import { describeEveryDatabase } from './support/opened.js';
import { aBegin, aMove, anAttempt, anImage, Node } from './support/rows.js';

const DAY_MS = 86_400_000;
const times = { keepFinishedMs: 7 * DAY_MS, retentionMs: 30 * DAY_MS };
const definition = JSON.stringify({
  pattern: 'tcc',
  driver: 'coordinator',
  policy: { name: 'standard', version: 1 },
  stepwise: false,
  branches: [{ id: 'a' }],
});
const progress =
  '{"decision":{"atMs":1,"reason":{"branch":"a","code":"NO","message":"it\'s \u2603"}},"branches":{"a":{"end":{"is":"succeeded"}}}}';

describeEveryDatabase('retention', (opened) => {
  let node: Node;
  const nowMs = Date.now();

  beforeEach(async () => {
    node = await Node.enter(opened().store);
  });

  /** Begun, and if it is final finished, so many days ago. */
  async function aged(gid: string, days: number, status: 'active' | 'committed' | 'aborted'): Promise<void> {
    const createdAtMs = nowMs - days * DAY_MS;
    await node.commit({ begins: [aBegin(gid, null, { createdAtMs, definition })], attempts: [anAttempt(gid)] });
    if (status === 'active') return;
    await node.commit({ moves: [aMove(gid, null, { image: anImage({ status, progress: status === 'aborted' ? progress : '' }) })] });
    await opened().dataSource.query('UPDATE global_transaction SET finished_at = ? WHERE gid = ?', [createdAtMs, gid]);
  }

  const purge = async (pass: 'empty' | 'late' | 'delete', limit = 100) => new Retention(opened().dataSource, times).purge(pass, limit);
  const read = (gid: string) => opened().store.read(gid);

  it('empties what has been finished for long, and leaves what the decision was', async () => {
    await aged('old', 8, 'aborted');
    await aged('plain', 8, 'committed');
    await aged('young', 6, 'committed');
    await aged('open', 8, 'active');
    expect(await new Retention(opened().dataSource, times).foresee('empty', 100)).toMatchObject({ looked: 3, emptied: 2 });
    expect(await purge('empty')).toEqual({ looked: 3, emptied: 2, deleted: 0, flagged: 0 });
    const old = await read('old');
    expect(JSON.parse(old?.definition ?? '')).toMatchObject({ pattern: 'tcc', branches: [] });
    expect(JSON.parse(old?.progress ?? '')).toEqual({
      decision: { atMs: 1, reason: { branch: 'a', code: 'NO', message: "it's \u2603" } },
    });
    expect(await read('plain')).toMatchObject({ status: 'committed', progress: '' });
    expect((await read('young'))?.definition).toBe(definition);
    expect((await read('open'))?.definition).toBe(definition);
    expect([(await opened().store.readAttempts('old')).length, (await opened().store.readAttempts('young')).length]).toEqual([0, 1]);
  });

  it('looks at nothing twice on its way, and takes small batches', async () => {
    for (const gid of ['a', 'b', 'c', 'd', 'e']) await aged(gid, 9, 'committed');
    expect(
      [await purge('empty', 2), await purge('empty', 2), await purge('empty', 2), await purge('empty', 2)].map(({ emptied }) => emptied),
    ).toEqual([2, 2, 1, 0]);
  });

  it('empties what had not been over for long enough when the pass came by, once it has', async () => {
    const end = (gid: string, days: number) =>
      opened().dataSource.query('UPDATE global_transaction SET finished_at = ? WHERE gid = ?', [nowMs - days * DAY_MS, gid]);
    for (const gid of ['slow', 'slower', 'plain']) await aged(gid, 8, 'committed');
    await aged('open', 8, 'active');
    await end('slow', 6);
    await end('slower', 5);
    expect(await purge('empty')).toMatchObject({ looked: 4, emptied: 1 });
    expect(await purge('late')).toMatchObject({ looked: 3, emptied: 0 });
    await end('slow', 8);
    expect(await new Retention(opened().dataSource, times).foresee('late', 100)).toMatchObject({ looked: 3, emptied: 1 });
    expect([await purge('late', 2), await purge('late', 2)]).toMatchObject([{ looked: 2 }, { looked: 1 }]);
    expect(JSON.parse((await read('slow'))?.definition ?? '')).toMatchObject({ branches: [] });
    expect((await read('slower'))?.definition).toBe(definition);
    await opened().dataSource.query("DELETE FROM global_transaction WHERE gid = 'slower'");
    expect([await purge('late'), await purge('late')]).toMatchObject([
      { looked: 2, emptied: 0 },
      { looked: 1, emptied: 0 },
    ]);
  });

  it('foresees nothing twice: what goes whole is not emptied before', async () => {
    await aged('gone', 31, 'committed');
    await aged('old', 8, 'committed');
    const retention = new Retention(opened().dataSource, times);
    expect([await retention.foresee('empty', 100), await retention.foresee('delete', 100)]).toMatchObject([{ emptied: 1 }, { deleted: 1 }]);
  });

  it('deletes rows that are older than anything that is kept, and flags what is undecided since then', async () => {
    await aged('gone', 31, 'committed');
    await aged('stays', 29, 'committed');
    await aged('open', 31, 'active');
    expect(await purge('delete')).toEqual({ looked: 2, emptied: 0, deleted: 1, flagged: 1 });
    expect(await new Retention(opened().dataSource, times).foresee('delete', 100)).toMatchObject({ looked: 1, flagged: 0 });
    expect(await purge('delete')).toMatchObject({ looked: 1, deleted: 0, flagged: 0 });
    expect([await read('gone'), (await read('stays'))?.gid, (await read('open'))?.gid]).toEqual([null, 'stays', 'open']);
    const found = await opened().search.page({ filter: { ...anything, attention: 'parked' }, after: null, limit: 10 });
    expect(found.items).toMatchObject([{ gid: 'open', attention: [{ kind: 'parked', code: 'undecided_at_retention' }] }]);
  });
});

const anything = {
  ...{ statuses: [], pattern: null, name: null, businessKey: null, createdBy: null, attention: null },
  ...{ participant: null, errorCode: null, createdFromMs: null, createdBeforeMs: null },
};
