import { StoreUnavailableError } from '@assent/engine';
import { shippedPolicies } from '@assent/protocol';
import { aBegin, aMove, anImage, bits63, Node } from './support/rows.js';
import { describeEveryStore } from './support/stores.js';

describeEveryStore('the fence', (under) => {
  it('lets a beat through and counts it', async () => {
    const node = await Node.enter(under().store);
    await node.commit();
    await node.commit();
    expect(await under().store.readNodes()).toEqual([{ incarnation: node.incarnation, name: 'node-a', state: 'alive', flushes: 2 }]);
  });

  it.each([
    ['a number that was used before', 0],
    ['a number that is still to come', 2],
  ])('stops a packet with %s, and everything in it', async (_what, flushes) => {
    const node = await Node.enter(under().store);
    await node.commit({ begins: [aBegin('g-1', node.incarnation)] });
    node.flushes = flushes;
    const result = await node.flush({ begins: [aBegin('g-2', null)], moves: [aMove('g-1', node.incarnation)] });
    expect(result.kind).toBe('fenced');
    expect(await under().store.read('g-2')).toBeNull();
    expect(await under().store.read('g-1')).toMatchObject({ version: 1 });
    expect(await under().store.readNodes()).toMatchObject([{ flushes: 1 }]);
  });

  it('stops a node that was declared dead', async () => {
    const node = await Node.enter(under().store, 'node-a');
    const other = await Node.enter(under().store, 'node-b');
    await other.commit({ declarations: [{ incarnation: node.incarnation, flushes: 0 }] });
    expect((await node.flush({ begins: [aBegin('g-1', null)] })).kind).toBe('fenced');
    expect(await under().store.read('g-1')).toBeNull();
  });

  it('stops an incarnation that never entered', async () => {
    const node = await Node.enter(under().store);
    const stranger = node.batch({ begins: [aBegin('g-1', null)] });
    const result = await under().store.flush({ ...stranger, fence: { incarnation: bits63(), flushes: 0 } });
    expect(result.kind).toBe('fenced');
    expect(await under().store.read('g-1')).toBeNull();
    await node.commit();
  });

  it('stops a node that has left', async () => {
    const node = await Node.enter(under().store);
    await under().store.leave(node.incarnation);
    expect((await node.flush()).kind).toBe('fenced');
  });
});

describeEveryStore('a declaration', (under) => {
  it('holds only when the node has not flushed since it was looked at', async () => {
    const quiet = await Node.enter(under().store, 'quiet');
    const busy = await Node.enter(under().store, 'busy');
    const watcher = await Node.enter(under().store, 'watcher');
    await busy.commit();
    const declarations = [
      { incarnation: quiet.incarnation, flushes: 0 },
      { incarnation: busy.incarnation, flushes: 0 },
    ];
    expect((await watcher.commit({ declarations })).declared).toEqual([quiet.incarnation]);
    expect((await watcher.commit({ declarations })).declared).toEqual([]);
    await busy.commit();
  });
});

describeEveryStore('entering', (under) => {
  it('declares earlier incarnations of the same name dead, and no others', async () => {
    const earlier = await Node.enter(under().store, 'node-a');
    const other = await Node.enter(under().store, 'node-b');
    await Node.enter(under().store, 'node-a');
    expect((await earlier.flush()).kind).toBe('fenced');
    await other.commit();
  });

  it('may be repeated when its answer was lost', async () => {
    const node = await Node.enter(under().store);
    const { nowMs } = await under().store.enter(node);
    expect(Math.abs(nowMs - Date.now())).toBeLessThan(1_000);
    await node.commit();
  });
});

describeEveryStore('the witness of a lost commit', (under) => {
  it('says committed when the flush went in', async () => {
    const node = await Node.enter(under().store);
    await node.commit();
    expect(await under().store.settle(node.incarnation, 0)).toMatchObject({ kind: 'committed' });
  });

  it('says not committed, and keeps that promise against the late packet', async () => {
    const node = await Node.enter(under().store);
    const late = node.batch({ begins: [aBegin('g-1', null)] });
    expect(await under().store.settle(node.incarnation, 0)).toEqual({ kind: 'not_committed', flushes: 2 });
    expect(await under().store.settle(node.incarnation, 0)).toEqual({ kind: 'not_committed', flushes: 2 });
    expect((await under().store.flush(late)).kind).toBe('fenced');
    expect(await under().store.read('g-1')).toBeNull();
    node.flushes = 2;
    await node.commit({ begins: [aBegin('g-1', null)] });
  });

  it('says dead, and whether the flush went in', async () => {
    const node = await Node.enter(under().store, 'node-a');
    await node.commit();
    const other = await Node.enter(under().store, 'node-b');
    await other.commit({ declarations: [{ incarnation: node.incarnation, flushes: 1 }] });
    expect(await under().store.settle(node.incarnation, 0)).toEqual({ kind: 'dead', committed: true });
    expect(await under().store.settle(node.incarnation, 1)).toEqual({ kind: 'dead', committed: false });
  });

  it('calls any other number alien', async () => {
    const node = await Node.enter(under().store);
    for (let beat = 0; beat < 3; beat += 1) await node.commit();
    expect(await under().store.settle(node.incarnation, 0)).toEqual({ kind: 'alien', flushes: 3 });
    expect(await under().store.settle(node.incarnation, 4)).toEqual({ kind: 'alien', flushes: 3 });
    expect(await under().store.settle(bits63(), 0)).toEqual({ kind: 'alien', flushes: null });
  });
});

describeEveryStore('finding work', (under) => {
  it('lists what is due, the earliest first, and no more than asked', async () => {
    const node = await Node.enter(under().store);
    const due = [30, 10, 20, 40].map((dueAtMs) => aBegin(`due-${dueAtMs}`, null, { dueAtMs }));
    await node.commit({ begins: [...due, aBegin('rests', null), aBegin('owned', node.incarnation)] });
    const gids = async (nowMs: number, limit: number) => (await under().store.readDue(nowMs, limit)).map((row) => row.gid);
    expect(await gids(30, 10)).toEqual(['due-10', 'due-20', 'due-30']);
    expect(await gids(30, 2)).toEqual(['due-10', 'due-20']);
    expect(await gids(9, 10)).toEqual([]);
    expect((await under().store.readDue(30, 10, 20)).map((row) => row.gid)).toEqual(['due-20', 'due-30']);
  });

  it('lists what a node owns', async () => {
    const node = await Node.enter(under().store);
    const gids = ['a', 'b', 'c'];
    await node.commit({ begins: [...gids.map((gid) => aBegin(gid, node.incarnation)), aBegin('d', bits63()), aBegin('e', null)] });
    expect((await under().store.readOwned(node.incarnation, 10)).map((row) => row.gid).sort()).toEqual(gids);
    expect([...(await under().store.readOwnedGids(node.incarnation, 10))].sort()).toEqual(gids);
    expect(await under().store.readOwnedGids(node.incarnation, 2)).toHaveLength(2);
  });

  it('takes the rows of a dead node over, each under its own guard', async () => {
    const dead = await Node.enter(under().store, 'dead');
    const heir = await Node.enter(under().store, 'heir');
    await dead.commit({ begins: [aBegin('a', dead.incarnation), aBegin('b', dead.incarnation, { progress: '{"x":1}' })] });
    await heir.commit({ declarations: [{ incarnation: dead.incarnation, flushes: 1 }] });
    const rows = await under().store.readOwned(dead.incarnation, 100);
    const takeover = rows.map((row) => aMove(row.gid, dead.incarnation, { owner: heir.incarnation, image: null }));
    expect((await heir.commit({ moves: takeover })).unmoved).toEqual([]);
    expect(await under().store.readOwnedGids(dead.incarnation, 10)).toEqual([]);
    expect(await under().store.read('b')).toMatchObject({ owner: heir.incarnation, version: 2, progress: '{"x":1}' });
  });

  it('shows living nodes, and ended ones as long as they own rows', async () => {
    const ended = await Node.enter(under().store, 'ended');
    const empty = await Node.enter(under().store, 'empty');
    const alive = await Node.enter(under().store, 'alive');
    await ended.commit({ begins: [aBegin('a', ended.incarnation)] });
    await under().store.leave(ended.incarnation);
    await under().store.leave(empty.incarnation);
    const states = async () => Object.fromEntries((await under().store.readNodes()).map((node) => [node.name, node.state]));
    expect(await states()).toEqual({ ended: 'stopped', alive: 'alive' });
    await alive.commit({ moves: [aMove('a', ended.incarnation, { owner: alive.incarnation, image: null })] });
    expect(await states()).toEqual({ alive: 'alive' });
  });

  it('has the shipped policies', async () => {
    const policies = await under().store.readPolicies();
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
    expect([...policies].sort(byName)).toEqual([...shippedPolicies].sort(byName));
  });
});

describeEveryStore('a restart', (under) => {
  it('keeps everything that was acknowledged', async () => {
    const node = await Node.enter(under().store);
    await node.commit({ begins: [aBegin('g-1', node.incarnation), aBegin('g-2', node.incarnation)] });
    await node.commit({ moves: [aMove('g-2', node.incarnation, { image: anImage({ status: 'aborted', progress: '{"why":1}' }) })] });
    await under().restart();
    const again = await Node.enter(under().store);
    expect((await under().store.readNodes()).map((row) => row.incarnation).sort()).toEqual([node.incarnation, again.incarnation].sort());
    expect(await under().store.read('g-1')).toMatchObject({ owner: node.incarnation, version: 1 });
    expect(await under().store.read('g-2')).toMatchObject({ status: 'aborted', progress: '{"why":1}', version: 2 });
  });

  it('leaves a closed store unavailable, and its flushes unsent', async () => {
    const { store } = under();
    const node = await Node.enter(store);
    await under().restart();
    await expect(store.read('g-1')).rejects.toThrow(StoreUnavailableError);
    await expect(store.readAttempts('g-1')).rejects.toThrow(StoreUnavailableError);
    await expect(store.settle(node.incarnation, 0)).rejects.toThrow(StoreUnavailableError);
    expect((await node.flush()).kind).toBe('retryable');
    expect((await under().store.readNodes()).map((row) => row.flushes)).toEqual([node.flushes]);
  });
});
