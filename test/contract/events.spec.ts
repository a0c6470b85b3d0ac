import type { EventRow } from '@assent/engine';
import { aBegin, aMove, BEGUN_AT_MS, bits63, Node } from './support/rows.js';
import { describeEveryStore, type StoreUnderTest } from './support/stores.js';

function anEvent(gid: string, version: number, changes: Partial<EventRow> = {}): EventRow {
  return { gid, version, name: 'checkout', status: 'active', body: `{"gid":"${gid}"}`, atMs: BEGUN_AT_MS, ...changes };
}

/** What a relay of this node would publish, as `gid:version`. */
async function waiting({ outbox }: StoreUnderTest, node: Node, limit = 100): Promise<readonly string[]> {
  return (await outbox.readEvents(node.incarnation, limit)).map(({ gid, version }) => `${gid}:${version}`);
}

describeEveryStore('the outbox', (under) => {
  it('holds the event of a begin and of a move, as they were written', async () => {
    const node = await Node.enter(under().store);
    const accepted = anEvent('g-1', 1, { name: 'Größe "5" \\ \u0000 \u{1f600}', body: '{"name":"Größe \\"5\\" \\\\ \\u0000"}' });
    const ended = anEvent('g-1', 2, { status: 'committed', atMs: BEGUN_AT_MS + 7 });
    await node.commit({ begins: [aBegin('g-1', node.incarnation)], events: [accepted] });
    await node.commit({ moves: [aMove('g-1', node.incarnation)], events: [ended] });
    const found = await under().outbox.readEvents(node.incarnation, 100);
    expect(found).toEqual([accepted, ended].map((event) => ({ ...event, isBehind: false })));
  });

  it('holds no event of a transaction that this flush did not write', async () => {
    const node = await Node.enter(under().store);
    await node.commit({ begins: [aBegin('lost', bits63())] });
    await node.commit({ moves: [aMove('lost', node.incarnation)], events: [anEvent('lost', 2), anEvent('nowhere', 2)] });
    expect(await waiting(under(), node)).toEqual([]);
  });

  it('holds no event of a flush that was refused', async () => {
    const node = await Node.enter(under().store);
    await node.commit({ begins: [aBegin('taken', null)] });
    const refused = await node.flush({
      begins: [aBegin('taken', null), aBegin('new', null)],
      events: [anEvent('taken', 1), anEvent('new', 1)],
    });
    expect(refused.kind).toBe('duplicate');
    expect(await waiting(under(), node)).toEqual([]);
  });

  it('gives the oldest first, and of one transaction the versions in their order', async () => {
    const node = await Node.enter(under().store);
    const late = anEvent('a', 1, { atMs: BEGUN_AT_MS + 5 });
    await node.commit({ begins: [aBegin('a', node.incarnation), aBegin('b', node.incarnation)], events: [late, anEvent('b', 1)] });
    await node.commit({ moves: [aMove('b', node.incarnation)], events: [anEvent('b', 2)] });
    expect(await waiting(under(), node)).toEqual(['b:1', 'b:2', 'a:1']);
    expect(await waiting(under(), node, 1)).toEqual(['b:1']);
  });

  it('forgets what was deleted, and only that; deleting it again changes nothing', async () => {
    const node = await Node.enter(under().store);
    const begins = ['a', 'b', 'c'].map((gid) => aBegin(gid, node.incarnation));
    await node.commit({ begins, events: begins.map(({ gid }) => anEvent(gid, 1)) });
    await node.commit({ moves: [aMove('a', node.incarnation)], events: [anEvent('a', 2)] });
    const published = [
      { gid: 'a', version: 1 },
      { gid: 'b', version: 1 },
    ];
    await under().outbox.deleteEvents(published);
    await under().outbox.deleteEvents(published);
    expect(await waiting(under(), node)).toEqual(['a:2', 'c:1']);
  });

  it('gives no event while an older one of its transaction waits with another node', async () => {
    const first = await Node.enter(under().store, 'first');
    const second = await Node.enter(under().store, 'second');
    await first.commit({ begins: [aBegin('a', null), aBegin('b', null)], events: [anEvent('a', 1)] });
    await second.commit({ moves: [aMove('a', null), aMove('b', null)], events: [anEvent('a', 2), anEvent('b', 2)] });
    expect(await waiting(under(), second)).toEqual(['b:2']);
    await under().outbox.deleteEvents([{ gid: 'a', version: 1 }]);
    expect(await waiting(under(), second)).toEqual(['a:2', 'b:2']);
  });

  it('gives no event whose predecessor is written down as later, by a clock that was ahead', async () => {
    const node = await Node.enter(under().store);
    await node.commit({ begins: [aBegin('a', node.incarnation)], events: [anEvent('a', 1, { atMs: BEGUN_AT_MS + 50 })] });
    await node.commit({ moves: [aMove('a', node.incarnation)], events: [anEvent('a', 2)] });
    expect(await waiting(under(), node)).toEqual(['a:1']);
  });

  it('gives the events of a dead and of a stopped node to whoever adopts them, and none of a living one', async () => {
    const [dead, stopped, alive, heir] = await Promise.all(
      ['dead', 'stopped', 'alive', 'heir'].map((name) => Node.enter(under().store, name)),
    );
    if (dead === undefined || stopped === undefined || alive === undefined || heir === undefined)
      throw new Error('four nodes were entered');
    for (const node of [dead, stopped, alive]) {
      const gid = `of-${node.name}`;
      await node.commit({ begins: [aBegin(gid, null)], events: [anEvent(gid, 1)] });
    }
    await heir.commit({ declarations: [{ incarnation: dead.incarnation, flushes: dead.flushes }] });
    await under().store.leave(stopped.incarnation);
    expect(await under().outbox.adoptEvents(heir.incarnation, 1)).toBe(1);
    expect(await under().outbox.adoptEvents(heir.incarnation, 100)).toBe(1);
    expect(await under().outbox.adoptEvents(heir.incarnation, 100)).toBe(0);
    expect((await waiting(under(), heir)).toSorted()).toEqual(['of-dead:1', 'of-stopped:1']);
    expect(await waiting(under(), alive)).toEqual(['of-alive:1']);
    expect(await waiting(under(), dead)).toEqual([]);
  });

  it('keeps what is in it over a restart', async () => {
    const node = await Node.enter(under().store);
    await node.commit({ begins: [aBegin('a', node.incarnation)], events: [anEvent('a', 1)] });
    await under().restart();
    const heir = await Node.enter(under().store);
    await under().outbox.adoptEvents(heir.incarnation, 100);
    expect(await waiting(under(), heir)).toEqual(['a:1']);
  });

  it('tells how much waits, and since when', async () => {
    const node = await Node.enter(under().store);
    expect(await under().outbox.backlog(node.incarnation)).toEqual({ rows: 0, oldestAtMs: null });
    const begins = ['a', 'b'].map((gid) => aBegin(gid, node.incarnation));
    await node.commit({ begins, events: [anEvent('a', 1, { atMs: BEGUN_AT_MS + 9 }), anEvent('b', 1)] });
    expect(await under().outbox.backlog(node.incarnation)).toEqual({ rows: 2, oldestAtMs: BEGUN_AT_MS });
  });

  describe('when the broker refuses an event', () => {
    const AT_MS = BEGUN_AT_MS + 1_000;
    const refusedOf = async (beforeMs: number, limit = 100) =>
      (await under().outbox.readRefused(beforeMs, limit)).map(({ gid, version }) => `${gid}:${version}`);

    /** Both transactions have two events. */
    async function twoEach(): Promise<Node> {
      const node = await Node.enter(under().store);
      const begins = ['a', 'b'].map((gid) => aBegin(gid, node.incarnation));
      await node.commit({ begins, events: begins.map(({ gid }) => anEvent(gid, 1, { name: 'Größe \u0000' })) });
      await node.commit({ moves: begins.map(({ gid }) => aMove(gid, node.incarnation)), events: [anEvent('a', 2), anEvent('b', 2)] });
      return node;
    }

    it('sets it aside, and says of later ones of its transaction that they are behind it', async () => {
      const node = await twoEach();
      await under().outbox.setAside([{ gid: 'a', version: 1, cause: `too large ${'x'.repeat(5_000)}` }], AT_MS);
      const left = await under().outbox.readEvents(node.incarnation, 100);
      expect(left.map(({ gid, version, isBehind }) => [`${gid}:${version}`, isBehind])).toEqual([
        ['a:2', true],
        ['b:1', false],
        ['b:2', false],
      ]);
      expect(await under().outbox.countRefused()).toBe(1);
      expect(await under().outbox.readRefused(AT_MS + 1, 100)).toEqual([anEvent('a', 1, { name: 'Größe \u0000' })]);
    });

    it('sets nothing aside that is no longer in the outbox', async () => {
      const node = await twoEach();
      await under().outbox.deleteEvents([{ gid: 'a', version: 1 }]);
      await under().outbox.setAside([{ gid: 'a', version: 1, cause: 'late' }], AT_MS);
      expect([await under().outbox.countRefused(), await waiting(under(), node)]).toEqual([0, ['a:2', 'b:1', 'b:2']]);
    });

    it('gives of each transaction the oldest that is aside, the one tried longest ago first, until they are deleted', async () => {
      await twoEach();
      const aside = (gid: string, version: number) => ({ gid, version, cause: 'too large' });
      await under().outbox.setAside([aside('a', 1), aside('a', 2)], AT_MS);
      await under().outbox.setAside([aside('b', 1)], AT_MS + 1);
      expect([await refusedOf(AT_MS + 2), await refusedOf(AT_MS + 2, 1), await refusedOf(AT_MS)]).toEqual([['a:1', 'b:1'], ['a:1'], []]);
      await under().outbox.noteRefused([{ gid: 'a', version: 1 }], AT_MS + 9);
      expect([await refusedOf(AT_MS + 5), await refusedOf(AT_MS + 10)]).toEqual([['b:1'], ['b:1', 'a:1']]);
      await under().outbox.deleteRefused([
        { gid: 'a', version: 1 },
        { gid: 'b', version: 1 },
      ]);
      expect([await refusedOf(AT_MS + 10), await under().outbox.countRefused()]).toEqual([['a:2'], 1]);
    });
  });
});
