/** Commands for transactions that another node drives: recorded under the fence, read by whom they concern, deleted with their effect. */
import { aBegin, aCommand, aMove, bits63, Node } from './support/rows.js';
import { describeEveryStore } from './support/stores.js';

const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

describeEveryStore('a command', (under) => {
  const seenBy = async (node: Node) => idsOf(await under().store.readCommands(node.incarnation, '', 100));

  it('comes back as it was recorded, its reason cut to what people read', async () => {
    const node = await Node.enter(under().store);
    const command = aCommand('g', { body: '{"note":"it\'s \\\\ \\u0000 ☃"}', principal: 'örtlich', reason: 'y'.repeat(2_000) });
    await node.commit({ begins: [aBegin('g', node.incarnation)], commands: [command] });
    const kept = { ...command, reason: 'y'.repeat(1_024) };
    expect(await under().store.readCommands(node.incarnation, '', 100)).toEqual([kept]);
  });

  it('is not recorded by a node that is dead', async () => {
    const dead = await Node.enter(under().store, 'dead');
    const heir = await Node.enter(under().store, 'heir');
    await heir.commit({ declarations: [{ incarnation: dead.incarnation, flushes: 0 }] });
    expect((await dead.flush({ commands: [aCommand('g')] })).kind).toBe('fenced');
    expect(await seenBy(heir)).toEqual([]);
  });

  it('concerns the owner of its transaction, and everybody when that rests or does not exist', async () => {
    const owner = await Node.enter(under().store, 'owner');
    const other = await Node.enter(under().store, 'other');
    await owner.commit({
      begins: [aBegin('owned', owner.incarnation), aBegin('rests', null), aBegin('ended', null, { status: 'aborted' })],
    });
    const [owned, rests, ended, absent] = [aCommand('owned'), aCommand('rests'), aCommand('ended'), aCommand('absent')];
    await other.commit({ commands: [absent, rests, owned, ended] });
    expect(await seenBy(owner)).toEqual(idsOf([owned, rests, ended, absent]));
    expect(await seenBy(other)).toEqual(idsOf([rests, ended, absent]));
  });

  it('is read page by page, in the order of recording', async () => {
    const node = await Node.enter(under().store);
    const commands = Array.from({ length: 5 }, (_, index) => aCommand(`g${index}`));
    await node.commit({ commands });
    const page = async (afterId: string) => idsOf(await under().store.readCommands(node.incarnation, afterId, 2));
    expect(await page('')).toEqual(idsOf(commands.slice(0, 2)));
    expect(await page(commands[1]!.id)).toEqual(idsOf(commands.slice(2, 4)));
    expect(await page(commands[3]!.id)).toEqual(idsOf(commands.slice(4)));
  });

  it('goes with the image that carries it out', async () => {
    const node = await Node.enter(under().store);
    const command = aCommand('g');
    await node.commit({ begins: [aBegin('g', node.incarnation)], commands: [command] });
    expect(await under().store.readRemainingCommands([command.id, 'another'])).toEqual([command.id]);
    await node.commit({ moves: [aMove('g', node.incarnation)], applied: [{ id: command.id, gid: 'g' }] });
    expect(await under().store.readRemainingCommands([command.id])).toEqual([]);
  });

  it('stays when that image did not move, or the flush was refused', async () => {
    const node = await Node.enter(under().store);
    const [moves, stays] = [aCommand('moves'), aCommand('stays')];
    await node.commit({ begins: [aBegin('moves', null), aBegin('stays', null)], commands: [moves, stays] });
    const applied = [moves, stays].map(({ id, gid }) => ({ id, gid }));
    const elsewhere = { moves: [aMove('moves', null), aMove('stays', bits63())], applied };
    const refused = await node.flush({ ...elsewhere, begins: [aBegin('stays', null)] });
    expect(refused.kind).not.toBe('committed');
    expect(await seenBy(node)).toEqual(idsOf([moves, stays]));
    expect((await node.commit(elsewhere)).unmoved).toEqual(['stays']);
    expect(await seenBy(node)).toEqual([stays.id]);
  });

  it('that changes nothing is deleted without an image', async () => {
    const node = await Node.enter(under().store);
    const [kept, dismissed] = [aCommand('a'), aCommand('b')];
    await node.commit({ commands: [kept, dismissed] });
    await node.commit({ dismissed: [dismissed.id, 'never-recorded'] });
    expect(await seenBy(node)).toEqual([kept.id]);
  });

  it('that no column can hold takes the flush back', async () => {
    const node = await Node.enter(under().store);
    const result = await node.flush({ begins: [aBegin('g', null)], commands: [aCommand('g', { kind: 'k'.repeat(100) })] });
    expect(result.kind).toBe('data_error');
    expect(await under().store.read('g')).toBeNull();
  });
});
