/** What a flush writes that no image carries: what somebody was refused, and flags on transactions that cannot move. */
import { aBegin, aMove, anAttention, anAudit, Node } from './support/rows.js';
import { describeEveryStore } from './support/stores.js';

describeEveryStore('a flush', (under) => {
  it('keeps audit rows without an image, of transactions that do not move or do not exist', async () => {
    const node = await Node.enter(under().store);
    const [refused, absent] = [anAudit('g', { reason: "it's \u2603" }), anAudit('nobody')];
    await node.commit({ begins: [aBegin('g', null)] });
    await node.commit({ noted: [refused, absent] });
    expect(await under().store.readAudit('g')).toEqual([refused]);
    expect(await under().store.findAudit([absent.id, refused.id, 'another'])).toEqual(expect.arrayContaining([refused, absent]));
    expect(await under().store.findAudit([])).toEqual([]);
  });

  it('refuses a second audit row under the same id, alone or with an image', async () => {
    const node = await Node.enter(under().store);
    const row = anAudit('g');
    await node.commit({ begins: [aBegin('g', node.incarnation)], audit: [row] });
    expect((await node.flush({ noted: [row] })).kind).toBe('data_error');
    expect((await node.flush({ moves: [aMove('g', node.incarnation)], audit: [row] })).kind).toBe('data_error');
    expect(await under().store.readAudit('g')).toEqual([row]);
  });

  it('is not refused for an audit row of an image that does not move', async () => {
    const node = await Node.enter(under().store);
    const row = anAudit('g');
    await node.commit({ begins: [aBegin('g', node.incarnation)], audit: [row] });
    const late = { ...aMove('g', node.incarnation), fromVersion: 7 };
    expect(await node.flush({ moves: [late], audit: [row] })).toMatchObject({ kind: 'committed', unmoved: ['g'] });
  });

  it('does not keep them when it is refused', async () => {
    const node = await Node.enter(under().store);
    await node.commit({ begins: [aBegin('g', null)] });
    const row = anAudit('g');
    expect((await node.flush({ begins: [aBegin('g', null)], noted: [row] })).kind).toBe('duplicate');
    expect(await under().store.findAudit([row.id])).toEqual([]);
  });

  it('raises a flag once, beside what there is, until an image says otherwise', async () => {
    const node = await Node.enter(under().store);
    await node.commit({ begins: [aBegin('g', node.incarnation)], attention: [{ gid: 'g', rows: [anAttention()] }] });
    const flag = anAttention({ branch: '', code: 'protocol_bug', participant: '' });
    await node.commit({ flagged: [{ gid: 'g', attention: { ...flag, sinceMs: 1 } }] });
    await node.commit({ flagged: [{ gid: 'g', attention: flag }] });
    expect(await under().attentionOf('g')).toEqual(expect.arrayContaining([anAttention(), flag]));
    expect(await under().attentionOf('g')).toHaveLength(2);
    await node.commit({ moves: [aMove('g', node.incarnation)], attention: [{ gid: 'g', rows: [] }] });
    expect(await under().attentionOf('g')).toEqual([]);
  });
});
