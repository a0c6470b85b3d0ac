import { aBegin, aMove, anAttempt, anAttention, anAudit, anImage, BEGUN_AT_MS, bits63, HASH, Node } from './support/rows.js';
import { describeEveryStore } from './support/stores.js';

describeEveryStore('a flush', (under) => {
  it('accepts transactions and gives back every column', async () => {
    const node = await Node.enter(under().store);
    const flush = bits63();
    const begin = aBegin('g-1', node.incarnation, { businessKey: 'order-77', progress: '{"horizon":["a"]}', mixed: true, paused: true });
    const result = await node.commit({ begins: [begin] }, flush);
    expect(result).toMatchObject({ unmoved: [], declared: [] });
    expect(await under().store.read('g-1')).toEqual({ ...begin, version: 1, flush, finishedAtMs: null });
  });

  it('tells database time, which is about now', async () => {
    const node = await Node.enter(under().store);
    const before = Date.now();
    const { nowMs } = await node.commit();
    expect(nowMs).toBeGreaterThanOrEqual(before - 1_000);
    expect(nowMs).toBeLessThanOrEqual(Date.now() + 1_000);
  });

  it('ends a transaction: next version, no owner, and the time it finished', async () => {
    const node = await Node.enter(under().store);
    await node.commit({ begins: [aBegin('g-1', node.incarnation)] });
    const flush = bits63();
    const { nowMs } = await node.commit({ moves: [aMove('g-1', node.incarnation)] }, flush);
    const row = await under().store.read('g-1');
    expect(row).toMatchObject({ status: 'committed', version: 2, owner: null, flush, definition: '{"branches":[]}' });
    expect(row?.finishedAtMs).toBe(nowMs);
  });

  it('lets everything that a flush ends finish at its moment, whichever end it is', async () => {
    const node = await Node.enter(under().store);
    await node.commit({ begins: ['g-1', 'g-2', 'g-3'].map((gid) => aBegin(gid, node.incarnation)) });
    const abort = anImage({ status: 'aborted', progress: '{"why":1}' });
    const moves = [aMove('g-1', node.incarnation), aMove('g-2', node.incarnation), aMove('g-3', node.incarnation, { image: abort })];
    const { nowMs } = await node.commit({ moves });
    const rows = await under().store.readMany(['g-1', 'g-2', 'g-3']);
    expect(rows.map((row) => row.finishedAtMs)).toEqual([nowMs, nowMs, nowMs]);
  });

  it('keeps the time a transaction finished when a later image follows', async () => {
    const node = await Node.enter(under().store);
    await node.commit({ begins: [aBegin('g-1', node.incarnation)] });
    await node.commit({ moves: [aMove('g-1', node.incarnation, { owner: node.incarnation })] });
    const finishedAtMs = (await under().store.read('g-1'))?.finishedAtMs;
    await node.commit({ moves: [aMove('g-1', node.incarnation, { fromVersion: 2, image: anImage({ progress: '{"told":1}' }) })] });
    await node.commit({ moves: [aMove('g-1', null, { fromVersion: 3 })] });
    expect(await under().store.read('g-1')).toMatchObject({ version: 4, progress: '', finishedAtMs });
  });

  it('moves ownership alone and leaves the image as it is', async () => {
    const node = await Node.enter(under().store);
    const begin = aBegin('g-1', null, { dueAtMs: BEGUN_AT_MS, progress: '{"a":1}', paused: true });
    await node.commit({ begins: [begin] });
    const flush = bits63();
    await node.commit({ moves: [aMove('g-1', null, { owner: node.incarnation, image: null })] }, flush);
    expect(await under().store.read('g-1')).toEqual({
      ...begin,
      owner: node.incarnation,
      dueAtMs: null,
      version: 2,
      flush,
      finishedAtMs: null,
    });
  });

  it('replaces the definition only when the image carries one', async () => {
    const node = await Node.enter(under().store);
    await node.commit({ begins: [aBegin('g-1', node.incarnation), aBegin('g-2', node.incarnation)] });
    const active = { owner: node.incarnation, image: anImage({ status: 'active', progress: '1' }) };
    const registered = { owner: node.incarnation, image: anImage({ status: 'active', progress: '2', definition: '{"branches":[1]}' }) };
    await node.commit({ moves: [aMove('g-1', node.incarnation, active), aMove('g-2', node.incarnation, registered)] });
    expect(await under().store.read('g-1')).toMatchObject({ definition: '{"branches":[]}', progress: '1', finishedAtMs: null });
    expect(await under().store.read('g-2')).toMatchObject({ definition: '{"branches":[1]}', progress: '2', finishedAtMs: null });
  });

  it('moves nothing whose version or owner is not the known one, and names it', async () => {
    const node = await Node.enter(under().store);
    const other = bits63();
    await node.commit({
      begins: [aBegin('mine', node.incarnation), aBegin('older', node.incarnation), aBegin('theirs', other), aBegin('rests', null)],
    });
    const result = await node.commit({
      moves: [
        aMove('mine', node.incarnation),
        aMove('older', node.incarnation, { fromVersion: 2 }),
        aMove('theirs', node.incarnation),
        aMove('rests', node.incarnation),
        aMove('nowhere', node.incarnation),
      ],
    });
    expect([...result.unmoved].sort()).toEqual(['nowhere', 'older', 'rests', 'theirs']);
    const rows = await under().store.readMany(['mine', 'older', 'theirs', 'rests']);
    expect(Object.fromEntries(rows.map((row) => [row.gid, [row.version, row.owner]]))).toEqual({
      mine: [2, null],
      older: [1, node.incarnation],
      theirs: [1, other],
      rests: [1, null],
    });
  });

  it('moves rows that take different steps only for those who own them', async () => {
    const node = await Node.enter(under().store);
    const other = bits63();
    await node.commit({ begins: [aBegin('mine', node.incarnation), aBegin('theirs', other), aBegin('rests', null)] });
    const step = (progress: string) => ({ owner: node.incarnation, image: anImage({ status: 'active', progress }) });
    const { unmoved } = await node.commit({
      moves: [
        aMove('mine', node.incarnation, step('1')),
        aMove('theirs', node.incarnation, step('2')),
        aMove('rests', node.incarnation, step('3')),
      ],
    });
    expect([...unmoved].sort()).toEqual(['rests', 'theirs']);
    expect(await under().store.read('theirs')).toMatchObject({ owner: other, version: 1, progress: '' });
    expect(await under().store.read('mine')).toMatchObject({ version: 2, progress: '1' });
  });

  it('moves a resting row only for those who know that it rests', async () => {
    const node = await Node.enter(under().store);
    await node.commit({ begins: [aBegin('rests', null), aBegin('owned', node.incarnation)] });
    const claim = { owner: node.incarnation, image: null };
    const { unmoved } = await node.commit({ moves: [aMove('rests', null, claim), aMove('owned', null, claim)] });
    expect(unmoved).toEqual(['owned']);
    expect(await under().store.read('rests')).toMatchObject({ owner: node.incarnation, version: 2 });
  });

  it('lets one of two nodes claim a row', async () => {
    const first = await Node.enter(under().store, 'first');
    const second = await Node.enter(under().store, 'second');
    await first.commit({ begins: [aBegin('g-1', null, { dueAtMs: 5 })] });
    const claimed = await first.commit({ moves: [aMove('g-1', null, { owner: first.incarnation, image: null })] });
    const missed = await second.commit({ moves: [aMove('g-1', null, { owner: second.incarnation, image: null })] });
    expect([claimed.unmoved, missed.unmoved]).toEqual([[], ['g-1']]);
    expect(await under().store.read('g-1')).toMatchObject({ owner: first.incarnation, dueAtMs: null });
  });

  it('takes the whole flush back when gids exist, names them all, and lets the rest go in', async () => {
    const node = await Node.enter(under().store);
    await node.commit({ begins: [aBegin('g-1', null), aBegin('g-2', null), aBegin('g-5', node.incarnation)] });
    const batch = {
      begins: [aBegin('g-3', null), aBegin('g-2', null), aBegin('g-1', null), aBegin('g-4', null)],
      moves: [aMove('g-5', node.incarnation)],
    };
    const refused = await node.flush(batch);
    expect(refused.kind).toBe('duplicate');
    expect(refused.kind === 'duplicate' && [...refused.gids].sort()).toEqual(['g-1', 'g-2']);
    expect(await under().store.readMany(['g-3', 'g-4'])).toEqual([]);
    expect(await under().store.read('g-5')).toMatchObject({ version: 1 });
    await node.commit({ ...batch, begins: [aBegin('g-3', null), aBegin('g-4', null)] });
    expect(await under().store.readMany(['g-3', 'g-4'])).toHaveLength(2);
    expect(await under().store.read('g-5')).toMatchObject({ version: 2 });
  });

  it('takes a gid that differs only in case for another one', async () => {
    const node = await Node.enter(under().store);
    await node.commit({ begins: [aBegin('Order-1', null), aBegin('order-1', null)] });
    expect((await under().store.read('order-1'))?.gid).toBe('order-1');
    expect(await under().store.read('ORDER-1')).toBeNull();
  });

  it.each([
    ['a name that is too long', { name: 'n'.repeat(129) }],
    ['a gid that is too long', { gid: 'g'.repeat(65) }],
    ['a gid outside of ASCII', { gid: 'gïd' }],
    ['a gid with a blank at its end', { gid: 'g-1 ' }],
    ['a key that is too long', { businessKey: 'k'.repeat(129) }],
    ['half a surrogate pair', { definition: '"\ud83d"' }],
    ['a content hash that is none', { contentHash: `${HASH.slice(2)}zz` }],
  ])('refuses a row with %s; its neighbours go in once it is left out', async (_what, poison) => {
    const node = await Node.enter(under().store);
    const good = [aBegin('g-1', null), aBegin('g-3', null)];
    const refused = await node.flush({ begins: [...good, aBegin('g-2', null, poison)] });
    expect(refused.kind).toBe('data_error');
    expect(await under().store.readMany(['g-1', 'g-2', 'g-3'])).toEqual([]);
    await node.commit({ begins: good });
    expect(await under().store.readMany(['g-1', 'g-3'])).toHaveLength(2);
  });

  it('refuses two rows of one gid in one flush', async () => {
    const node = await Node.enter(under().store);
    expect((await node.flush({ begins: [aBegin('g-1', null), aBegin('g-1', null)] })).kind).toBe('data_error');
    expect(await under().store.read('g-1')).toBeNull();
  });

  it('writes side rows only for transactions that this flush wrote', async () => {
    const node = await Node.enter(under().store);
    await node.commit({ begins: [aBegin('moved', node.incarnation), aBegin('lost', bits63())] });
    const rows = ['new', 'moved', 'lost', 'nowhere'];
    const { unmoved } = await node.commit({
      begins: [aBegin('new', node.incarnation)],
      moves: [aMove('moved', node.incarnation), aMove('lost', node.incarnation)],
      attempts: rows.map((gid) => anAttempt(gid)),
      attention: rows.map((gid) => ({ gid, rows: [anAttention()] })),
      audit: rows.map((gid) => anAudit(gid)),
    });
    expect(unmoved).toEqual(['lost']);
    const { store, attentionOf } = under();
    for (const gid of rows) {
      const expected = gid === 'new' || gid === 'moved' ? 1 : 0;
      const found = [await store.readAttempts(gid), await store.readAudit(gid), await attentionOf(gid)].map((side) => side.length);
      expect([gid, ...found]).toEqual([gid, expected, expected, expected]);
    }
  });

  it('gives back attempts oldest first, also when an attempt number comes twice', async () => {
    const node = await Node.enter(under().store);
    const late = anAttempt('g-1', { attempt: 1, startedAtMs: BEGUN_AT_MS + 50, code: 'http_500' });
    const early = anAttempt('g-1', { attempt: 1, startedAtMs: BEGUN_AT_MS + 10, message: 'it`s "so"\\' });
    await node.commit({ begins: [aBegin('g-1', node.incarnation)], attempts: [late, early] });
    await node.commit({ moves: [aMove('g-1', node.incarnation)], attempts: [anAttempt('g-1', { startedAtMs: BEGUN_AT_MS + 60 })] });
    expect((await under().store.readAttempts('g-1')).slice(0, 2)).toEqual([early, late]);
    expect(await under().store.readAttempts('g-1')).toHaveLength(3);
  });

  it('gives back the newest attempts of a transaction that has failed for long', async () => {
    const node = await Node.enter(under().store);
    await node.commit({ begins: [aBegin('g-1', node.incarnation)] });
    const attempts = Array.from({ length: 1_010 }, (_, index) =>
      anAttempt('g-1', { attempt: index + 1, startedAtMs: BEGUN_AT_MS + index }),
    );
    await node.commit({ moves: [aMove('g-1', node.incarnation)], attempts });
    const numbers = (await under().store.readAttempts('g-1')).map(({ attempt }) => attempt);
    expect([numbers.length, numbers[0], numbers.at(-1)]).toEqual([1_000, 11, 1_010]);
  });

  it('gives back who did what, in order', async () => {
    const node = await Node.enter(under().store);
    const deeds = [anAudit('g-1', { atMs: 5, reason: "it's ☂" }), anAudit('g-1', { atMs: 7, action: 'resume' })];
    await node.commit({ begins: [aBegin('g-1', null)], audit: [...deeds].reverse() });
    expect(await under().store.readAudit('g-1')).toEqual(deeds);
  });

  it('cuts what only people read instead of failing the flush', async () => {
    const node = await Node.enter(under().store);
    await node.commit({
      begins: [aBegin('g-1', null)],
      attempts: [anAttempt('g-1', { code: 'c'.repeat(500), message: `${'m'.repeat(1_023)}😀` })],
      attention: [{ gid: 'g-1', rows: [anAttention({ code: '\ud83d', participant: 'p'.repeat(500) })] }],
      audit: [anAudit('g-1', { reason: 'r'.repeat(5_000), detail: 'd'.repeat(50_000) })],
    });
    const [attempt] = await under().store.readAttempts('g-1');
    expect(attempt).toMatchObject({ code: 'c'.repeat(128), message: `${'m'.repeat(1_023)}\ufffd` });
    expect(await under().attentionOf('g-1')).toMatchObject([{ code: '\ufffd', participant: 'p'.repeat(64) }]);
    expect(await under().store.readAudit('g-1')).toMatchObject([{ reason: 'r'.repeat(1_024), detail: 'd'.repeat(8_192) }]);
  });

  it('replaces what a transaction asks attention for, and clears it', async () => {
    const node = await Node.enter(under().store);
    const parked = [anAttention({ branch: 'a' }), anAttention({ branch: 'b', kind: 'retrying' })];
    await node.commit({ begins: [aBegin('g-1', node.incarnation)], attention: [{ gid: 'g-1', rows: parked }] });
    expect(await under().attentionOf('g-1')).toEqual(parked);
    const paused = [anAttention({ branch: '', kind: 'paused', code: 'ops' }), anAttention({ branch: '', kind: 'paused', code: 'ops2' })];
    const still = { owner: node.incarnation, image: anImage({ status: 'active' }) };
    await node.commit({ moves: [aMove('g-1', node.incarnation, still)], attention: [{ gid: 'g-1', rows: paused }] });
    expect(await under().attentionOf('g-1')).toEqual(paused.slice(1));
    await node.commit({ moves: [aMove('g-1', node.incarnation, { fromVersion: 2 })], attention: [{ gid: 'g-1', rows: [] }] });
    expect(await under().attentionOf('g-1')).toEqual([]);
  });

  it('rounds fractions of a millisecond away', async () => {
    const node = await Node.enter(under().store);
    await node.commit({ begins: [aBegin('g-1', null, { createdAtMs: BEGUN_AT_MS + 0.4, dueAtMs: BEGUN_AT_MS + 7.6 })] });
    expect(await under().store.read('g-1')).toMatchObject({ createdAtMs: BEGUN_AT_MS, dueAtMs: BEGUN_AT_MS + 8 });
  });
});
