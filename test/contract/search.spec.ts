/** Looking for transactions: what each filter finds, page by page, on every adapter. */
import type { BeginRow, SearchFilter, SearchPosition } from '@assent/engine';
import { aBegin, aMove, anAttention, anImage, BEGUN_AT_MS, Node } from './support/rows.js';
import { describeEveryStore } from './support/stores.js';

const anything: SearchFilter = {
  statuses: [],
  pattern: null,
  name: null,
  businessKey: null,
  createdBy: null,
  attention: null,
  participant: null,
  errorCode: null,
  createdFromMs: null,
  createdBeforeMs: null,
};

const definitionOf = (...contracts: readonly string[]) =>
  JSON.stringify({ branches: contracts.map((contract) => ({ id: contract, endpoint: { contract } })) });

describeEveryStore('a search', (under) => {
  let node: Node;
  beforeEach(async () => {
    node = await Node.enter(under().store);
  });

  const begin = (rows: readonly BeginRow[]) => node.commit({ begins: rows });
  const find = async (filter: Partial<SearchFilter>, after: SearchPosition | null = null, limit = 100) => {
    const page = await under().search.page({ filter: { ...anything, ...filter }, after, limit });
    return { gids: page.items.map(({ gid }) => gid), next: page.next, page };
  };
  const found = async (filter: Partial<SearchFilter>) => (await find(filter)).gids;

  it('shows a transaction as it stands, with what it needs attention for', async () => {
    const begun = aBegin('g', null, { name: "it's \u2603", businessKey: 'order-7', createdBy: 'örtlich', status: 'active', paused: true });
    const attention = [anAttention({ code: 'http_500' }), anAttention({ branch: '', kind: 'paused', code: 'paused', participant: '' })];
    await node.commit({ begins: [begun], attention: [{ gid: 'g', rows: attention }] });
    const { page } = await find({});
    expect(page.items).toEqual([
      {
        gid: 'g',
        status: 'active',
        pattern: 'saga',
        name: "it's \u2603",
        businessKey: 'order-7',
        createdBy: 'örtlich',
        mixed: false,
        paused: true,
        version: 1,
        createdAtMs: BEGUN_AT_MS,
        finishedAtMs: null,
        attention: expect.arrayContaining(attention) as unknown,
      },
    ]);
    expect(Math.abs(page.asOfMs - Date.now())).toBeLessThan(60_000);
  });

  it('tells why single ones need attention, and of those that need none nothing', async () => {
    const attention = [anAttention({ kind: 'waiting', code: 'breaker_open' }), anAttention({ branch: 'b', code: 'http_500' })];
    await node.commit({ begins: [aBegin('g', null), aBegin('h', null)], attention: [{ gid: 'g', rows: attention }] });
    const found = await under().search.attentionOf(['g', 'h', 'nobody']);
    expect([...found.keys()]).toEqual(['g']);
    expect(found.get('g')?.toSorted((a, b) => a.branch.localeCompare(b.branch))).toEqual(
      attention.toSorted((a, b) => a.branch.localeCompare(b.branch)),
    );
    expect(await under().search.attentionOf([])).toEqual(new Map());
  });

  it('goes page by page from the newest to the oldest, and none is lost or seen twice where many began at once', async () => {
    const gids = Array.from({ length: 23 }, (_, index) => `g${String(index).padStart(2, '0')}`);
    await begin(gids.map((gid, index) => aBegin(gid, null, { createdAtMs: BEGUN_AT_MS + Math.floor(index / 10) })));
    const seen: string[] = [];
    let after: SearchPosition | null = null;
    do {
      const { gids: page, next } = await find({}, after, 5);
      seen.push(...page);
      after = next;
    } while (after !== null);
    expect(seen).toEqual(gids.toReversed());
  });

  it('finds by status, pattern, name, business key and who began it', async () => {
    await begin([
      aBegin('a', null),
      aBegin('b', null, { status: 'aborted', pattern: 'tcc' }),
      aBegin('c', null, { status: 'committed', name: 'transfer', businessKey: 'k', createdBy: 'order' }),
    ]);
    expect(await found({ statuses: ['aborted', 'committed'] })).toEqual(['c', 'b']);
    expect(await found({ pattern: 'tcc' })).toEqual(['b']);
    expect(await found({ name: 'transfer' })).toEqual(['c']);
    expect(await found({ businessKey: 'k' })).toEqual(['c']);
    expect(await found({ businessKey: 'K' })).toEqual([]);
    expect([await found({ businessKey: 'k ' }), await found({ name: 'transfer ' }), await found({ createdBy: 'order ' })]).toEqual([
      [],
      [],
      [],
    ]);
    expect(await found({ createdBy: 'order', statuses: ['active'] })).toEqual([]);
  });

  it('finds what began within a time, its beginning included and its end not', async () => {
    await begin([1, 2, 3, 4].map((ms) => aBegin(`g${ms}`, null, { createdAtMs: BEGUN_AT_MS + ms, businessKey: 'k' })));
    const within = { createdFromMs: BEGUN_AT_MS + 2, createdBeforeMs: BEGUN_AT_MS + 4 };
    expect(await found(within)).toEqual(['g3', 'g2']);
    expect(await found({ ...within, businessKey: 'k' })).toEqual(['g3', 'g2']);
  });

  it('finds by a participant that has a branch, and by a code that a call or the decision gave', async () => {
    const progress = '{"decision":{"atMs":1,"reason":{"branch":"charge","code":"NO_MONEY","message":"none"}}}';
    await begin([
      aBegin('a', null, { definition: definitionOf('inventory.reserve', 'payment.freeze'), status: 'aborted', progress }),
      aBegin('b', null, { definition: definitionOf('inventory.reserve') }),
      aBegin('c', null, { definition: '{"branches":[{"id":"m","endpoint":{"urls":{"action":"https://mail.internal/send"}}}]}' }),
    ]);
    const payload = JSON.stringify({ back: 'https://payment/done', contract: 'payment.x' });
    await begin([aBegin('d', null, { definition: JSON.stringify({ branches: [{ endpoint: { contract: 'shop.x' }, payload }] }) })]);
    expect(await found({ participant: 'payment' })).toEqual(['a']);
    expect(await found({ participant: 'inventory' })).toEqual(['b', 'a']);
    expect(await found({ participant: 'pay' })).toEqual([]);
    expect(await found({ participant: 'mail.internal' })).toEqual(['c']);
    expect(await found({ errorCode: 'NO_MONEY' })).toEqual(['a']);
    expect(await found({ errorCode: 'NO' })).toEqual([]);
  });

  it('finds what needs attention: by kind, by the participant that is waited for, and by why', async () => {
    await node.commit({
      begins: ['a', 'b', 'c', 'd'].map((gid) => aBegin(gid, null)),
      attention: [
        { gid: 'a', rows: [anAttention({ kind: 'retrying', code: 'timeout', participant: 'payment' })] },
        { gid: 'b', rows: [anAttention(), anAttention({ branch: 'charge', participant: 'payment' })] },
        { gid: 'd', rows: [anAttention({ branch: '', kind: 'paused', code: 'paused', participant: '' })] },
      ],
    });
    expect(await found({ attention: 'any' })).toEqual(['d', 'b', 'a']);
    expect(await found({ attention: 'parked' })).toEqual(['b']);
    expect(await found({ attention: 'any', participant: 'payment' })).toEqual(['b', 'a']);
    expect(await found({ attention: 'any', participant: 'payment', errorCode: 'timeout' })).toEqual(['a']);
    expect(await found({ attention: 'any', createdFromMs: BEGUN_AT_MS + 1 })).toEqual([]);
    const first = await find({ attention: 'any' }, null, 2);
    expect(first.gids).toEqual(['d', 'b']);
    expect(await find({ attention: 'any' }, first.next, 2)).toMatchObject({ gids: ['a'], next: null });
  });

  it('counts what it finds by status, and what needs attention by its cause', async () => {
    await node.commit({
      begins: ['a', 'b', 'c'].map((gid) => aBegin(gid, null)),
      attention: ['a', 'b'].map((gid, index) => ({ gid, rows: [anAttention({ participant: 'payment', sinceMs: BEGUN_AT_MS + index })] })),
    });
    await node.commit({ moves: [aMove('c', null, { image: anImage({ status: 'committed' }) })] });
    expect(await under().search.count(anything)).toMatchObject({ byStatus: { active: 2, committed: 1 }, scope: 'all', looked: 3 });
    expect((await under().search.count({ ...anything, statuses: ['committed'] })).byStatus).toEqual({ committed: 1 });
    expect(await under().search.attentionCounts()).toEqual([
      { kind: 'parked', participant: 'payment', code: 'attempts_exhausted', count: 2, oldestMs: BEGUN_AT_MS },
    ]);
  });

  it('takes what it is asked for as text, whatever it looks like', async () => {
    await begin([aBegin('a', null)]);
    const hostile = "x' OR '1'='1";
    expect(await found({ name: hostile })).toEqual([]);
    expect(await found({ participant: hostile, errorCode: '%' })).toEqual([]);
    expect(await found({ businessKey: hostile, attention: 'any' })).toEqual([]);
  });
});
