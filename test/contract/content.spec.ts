import { aBegin, aMove, anAttempt, anAttention, anImage, bits63, Node } from './support/rows.js';
import { describeEveryStore } from './support/stores.js';

/** Texts that have broken somebody's escaping. */
const texts = [
  ["a single quote, also doubled: ' ''"],
  ['a backslash: \\ \\\\ \\0 \\n \\%'],
  ['double quotes and backticks: " `'],
  ['NUL: a\0b'],
  ['control characters: \b\t\n\r\u001a\u007f'],
  ['comments: -- # /* */ ;'],
  ['placeholders: ? ?? :name $1 %s'],
  ['unicode: Grüße, 你好, 🧾👩‍👩‍👧, \u202e, \ufeff'],
  ['combining or not: e\u0301 é'],
  ["an injection: '); DROP TABLE global_transaction; -- "],
  [' blanks around '],
];

describeEveryStore('what is stored', (under) => {
  it.each(texts)('comes back byte for byte: %j', async (text) => {
    const node = await Node.enter(under().store);
    const begun = { name: text, businessKey: text, createdBy: text, definition: text, progress: text };
    const moved = { progress: `${text}!`, definition: `${text}?` };
    await node.commit({ begins: [aBegin('g-1', null, begun), aBegin('g-2', null, begun), aBegin('g-3', null)] });
    const active = (image: object) => ({ image: anImage({ status: 'active', ...image }) });
    await node.commit({ moves: [aMove('g-2', null, active(moved)), aMove('g-3', null, active({ progress: text }))] });
    expect(await under().store.read('g-1')).toMatchObject(begun);
    expect(await under().store.read('g-2')).toMatchObject({ ...begun, ...moved });
    expect(await under().store.read('g-3')).toMatchObject({ progress: text });
  });

  it.each([["a';DROP/**/TABLE/**/global_transaction;--"], ['a\\'], ['a"OR"1"="1'], ['%'], ['_'], ['a?b']])(
    'finds a transaction by the gid %j and by no other',
    async (gid) => {
      const node = await Node.enter(under().store);
      await node.commit({
        begins: [aBegin(gid, node.incarnation), aBegin('other', node.incarnation)],
        attempts: [anAttempt(gid, { branch: gid })],
        attention: [{ gid, rows: [anAttention({ branch: gid })] }],
      });
      await node.commit({ moves: [aMove(gid, node.incarnation), aMove('other', node.incarnation)] });
      expect(await under().store.readMany([gid])).toMatchObject([{ gid, version: 2 }]);
      expect(await under().store.readAttempts(gid)).toMatchObject([{ gid, branch: gid }]);
      expect(await under().attentionOf(gid)).toMatchObject([{ branch: gid }]);
      expect(await under().store.read('nobody')).toBeNull();
      expect(await under().store.read('ünknown')).toBeNull();
    },
  );

  it('may be large', async () => {
    const node = await Node.enter(under().store);
    const large = '{"payload":"x\'é"}'.repeat(60_000);
    await node.commit({ begins: [aBegin('g-1', null, { definition: large }), aBegin('g-2', null)] });
    await node.commit({ moves: [aMove('g-1', null, { image: anImage({ progress: large }) }), aMove('g-2', null)] });
    const row = await under().store.read('g-1');
    expect(row?.definition === large && row.progress === large).toBe(true);
  });

  it('is refused when it is larger than a column, and only then', async () => {
    const node = await Node.enter(under().store);
    const refused = await node.flush({ begins: [aBegin('g-1', null, { definition: 'x'.repeat(16_777_216) })] });
    expect(refused.kind).toBe('data_error');
    await node.commit({ begins: [aBegin('g-1', null, { definition: 'x'.repeat(1_000_000) })] });
  });

  it('takes three hundred rows of all kinds in one flush', async () => {
    const node = await Node.enter(under().store);
    const gid = (kind: string, place: number) => `${kind}-${String(place).padStart(3, '0')}`;
    const places = Array.from({ length: 75 }, (_, place) => place);
    const old = places.flatMap((place) => ['end', 'log', 'rest'].map((kind) => aBegin(gid(kind, place), node.incarnation)));
    await node.commit({ begins: old });
    const flush = bits63();
    const result = await node.commit(
      {
        begins: places.map((place) => aBegin(gid('new', place), node.incarnation)),
        moves: places.flatMap((place) => [
          aMove(gid('end', place), node.incarnation),
          aMove(gid('log', place), node.incarnation, {
            image: anImage({ status: place % 2 === 0 ? 'aborting' : 'aborted', progress: `{"n":${place}}`, mixed: place % 3 === 0 }),
            owner: node.incarnation,
          }),
          aMove(gid('rest', place), node.incarnation, { image: null, dueAtMs: place }),
        ]),
        attempts: places.flatMap((place) => [1, 2].map((attempt) => anAttempt(gid('log', place), { attempt }))),
        attention: places.map((place) => ({ gid: gid('log', place), rows: [anAttention(), anAttention({ branch: 'b' })] })),
      },
      flush,
    );
    expect(result.unmoved).toEqual([]);
    const rows = await under().store.readMany([...old.map((row) => row.gid), ...places.map((place) => gid('new', place))]);
    expect(rows.filter((row) => row.flush === flush)).toHaveLength(300);
    expect(await under().store.read('end-010')).toMatchObject({ status: 'committed', owner: null });
    expect(await under().store.read('log-012')).toMatchObject({
      status: 'aborting',
      progress: '{"n":12}',
      mixed: true,
      finishedAtMs: null,
    });
    expect(await under().store.read('rest-074')).toMatchObject({ status: 'active', owner: null, dueAtMs: 74 });
    expect(await under().store.readAttempts('log-074')).toHaveLength(2);
    expect(await under().attentionOf('log-074')).toHaveLength(2);
  });

  it('reads more gids at once than fit into one statement, each once', async () => {
    const node = await Node.enter(under().store);
    const gids = Array.from({ length: 1_100 }, (_, place) => `g-${place}`);
    await node.commit({ begins: gids.map((gid) => aBegin(gid, null)) });
    expect(await under().store.readMany([...gids, ...gids, 'nobody'])).toHaveLength(1_100);
    expect(await under().store.readMany([])).toEqual([]);
  });
});
