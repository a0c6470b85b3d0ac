/** What waits for a participant, and the orders of operators about it, on every adapter. */
import type { ParticipantOrder } from '@assent/engine';
import { aBegin, anAttention, BEGUN_AT_MS, Node } from './support/rows.js';
import { describeEveryStore } from './support/stores.js';

describeEveryStore('what waits for a participant', (under) => {
  it('is read page by page in the order of gids, retrying and waiting ones only', async () => {
    const { store } = under();
    const node = await Node.enter(store);
    const kinds = { a: 'waiting', b: 'retrying', c: 'parked', d: 'waiting', e: 'mixed' } as const;
    const gids = Object.keys(kinds) as (keyof typeof kinds)[];
    await node.commit({
      begins: [...gids.map((gid) => aBegin(gid, null)), aBegin('elsewhere', null)],
      attention: [
        ...gids.map((gid) => ({ gid, rows: [anAttention({ kind: kinds[gid] })] })),
        { gid: 'elsewhere', rows: [anAttention({ kind: 'retrying', participant: 'payment' })] },
      ],
    });
    expect(await store.readWaiting('inventory', '', 2)).toEqual(['a', 'b']);
    expect(await store.readWaiting('inventory', 'b', 2)).toEqual(['d']);
    expect(await store.readWaiting("nobody's", '', 2)).toEqual([]);
  });

  it('is read once for a transaction with several branches there', async () => {
    const { store } = under();
    const node = await Node.enter(store);
    const rows = [anAttention({ kind: 'waiting' }), anAttention({ kind: 'retrying', branch: 'more' })];
    await node.commit({ begins: [aBegin('g', null)], attention: [{ gid: 'g', rows }] });
    expect(await store.readWaiting('inventory', '', 10)).toEqual(['g']);
  });

  it('is counted by participant and kind, with the oldest of each', async () => {
    const { store, participants } = under();
    const node = await Node.enter(store);
    const rows = [
      anAttention({ kind: 'waiting', sinceMs: BEGUN_AT_MS + 7 }),
      anAttention({ kind: 'waiting', branch: 'more', sinceMs: BEGUN_AT_MS + 3 }),
      anAttention({ kind: 'parked', participant: 'payment', branch: 'charge' }),
      anAttention({ kind: 'paused', participant: '', branch: '' }),
    ];
    await node.commit({ begins: [aBegin('g', null)], attention: [{ gid: 'g', rows }] });
    const counts = await participants.countWaiting();
    expect(counts.toSorted((one, other) => one.count - other.count)).toEqual([
      { participant: 'payment', kind: 'parked', count: 1, oldestSinceMs: BEGUN_AT_MS },
      { participant: 'inventory', kind: 'waiting', count: 2, oldestSinceMs: BEGUN_AT_MS + 3 },
    ]);
  });
});

describeEveryStore('an order about a participant', (under) => {
  const order = (kind: ParticipantOrder['kind'], changes: Partial<ParticipantOrder> = {}) =>
    under().participants.order({ kind, participant: 'inventory', by: 'ada', reason: 'the disk is full', atMs: BEGUN_AT_MS, ...changes });

  it('to pause is kept until one to resume, and outlives the process', async () => {
    expect(await order('pause')).toMatchObject({
      name: 'inventory',
      version: 1,
      pause: { by: 'ada', reason: 'the disk is full', atMs: BEGUN_AT_MS },
    });
    await under().restart();
    expect(await under().participants.readControls()).toMatchObject([{ name: 'inventory', pause: { by: 'ada' } }]);
    expect(await order('resume')).toMatchObject({ version: 2, pause: null });
    expect(await order('resume')).toMatchObject({ version: 3, pause: null });
  });

  it('to pause what is paused keeps who paused it, when and why', async () => {
    await order('pause');
    const second = await order('pause', { by: 'bob', reason: 'me too', atMs: BEGUN_AT_MS + 5 });
    expect(second.pause).toEqual({ by: 'ada', reason: 'the disk is full', atMs: BEGUN_AT_MS });
  });

  it('to close a breaker or to wake is counted', async () => {
    await order('reset');
    await order('reset');
    expect(await order('wake', { atMs: BEGUN_AT_MS + 9 })).toEqual({
      ...{ name: 'inventory', version: 3, pause: null, resets: 2 },
      ...{ wakes: 1, wokenAtMs: BEGUN_AT_MS + 9 },
    });
  });

  it('is not lost when many are given at one time', async () => {
    await Promise.all(Array.from({ length: 20 }, () => order('wake')));
    expect(await under().participants.readControls()).toMatchObject([{ wakes: 20, version: 20 }]);
  });

  it('may name an origin of free URLs, and concerns nobody else', async () => {
    await order('pause', { participant: '[::1]:8080' });
    await order('wake', { participant: 'payment' });
    const controls = await under().participants.readControls();
    expect(controls.map(({ name, pause }) => [name, pause !== null]).toSorted()).toEqual([
      ['[::1]:8080', true],
      ['payment', false],
    ]);
  });
});
