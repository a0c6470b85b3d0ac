/** What initiators ask for, and how it is answered (DESIGN 4.9). */
import { MemoryDatabase, MemoryTransactionStore } from '@assent/store';
import { branch, initiatorTcc, saga, tcc } from '../../test/requests.js';
import { World } from '../../test/world.js';

const aWorld = () =>
  new World(
    (nowMs) => new MemoryDatabase(nowMs),
    (database) => new MemoryTransactionStore(database),
  );

const noThanks = { code: 'aborted_by_request', message: 'changed my mind', by: 'local' };

describe('begin', () => {
  it('is answered from memory when it is repeated while it runs', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    world.branches.script('stock', 'action', { kind: 'held' });
    await world.clock.settled(engine.begin(saga('g', 'stock')));
    const again = await world.clock.settled(engine.begin(saga('g', 'stock')));
    expect(again).toMatchObject({ kind: 'repeated', view: { status: 'active', version: 1 } });
  });

  it('is answered from the store when it is repeated after the end', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    await world.clock.settled(engine.begin(saga('g', 'stock')));
    await world.allFinal(['g']);
    const again = await world.clock.settled(engine.begin(saga('g', 'stock')));
    expect(again).toMatchObject({ kind: 'repeated', view: { status: 'committed', version: 2 } });
    expect(world.branches.sent).toHaveLength(1);
  });

  it('joins the flush of the same content, and refuses other content, when both come at once', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    const answers = await world.clock.settled(
      Promise.allSettled([
        engine.begin(saga('g', 'stock')),
        engine.begin(saga('g', 'stock')),
        engine.begin(saga('g', 'other')),
        engine.begin(saga('g', 'stock')),
      ]),
    );
    expect(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value.kind : answer.reason.code))).toEqual([
      'accepted',
      'repeated',
      'gid_conflict',
      'repeated',
    ]);
    await world.allFinal(['g']);
    expect(world.branches.sent).toEqual(['g stock action 1']);
  });

  it('of two nodes with different content is accepted by one', async () => {
    const world = aWorld();
    const a = await world.start('a');
    const b = await world.start('b');
    const answers = await world.clock.settled(
      Promise.allSettled([a.engine.begin(saga('g', 'stock')), b.engine.begin(saga('g', 'other')), b.engine.begin(saga('h', 'stock'))]),
    );
    const codes = answers.map((answer) => (answer.status === 'fulfilled' ? answer.value.kind : answer.reason.code));
    expect(codes).toEqual(['accepted', 'gid_conflict', 'accepted']);
    await world.allFinal(['g', 'h']);
  });

  it('names a policy that does not exist', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    const request = saga('g', 'stock');
    const unknown = { ...request, definition: { ...request.definition, policy: { name: 'standard', version: 7 } } };
    await expect(world.clock.settled(engine.begin(unknown))).rejects.toMatchObject({ code: 'policy_unknown' });
    expect(world.database.transactions.size).toBe(0);
  });
});

describe('a TCC driven by its initiator', () => {
  it('rests while it waits, and answers every registration with the outcome of the try', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    world.branches.script('debit', 'try', { kind: 'succeeds', result: '{"hold":7}' });
    await world.clock.settled(engine.begin(initiatorTcc('g')));
    expect(world.row('g')).toMatchObject({ owner: null, dueAtMs: world.row('g').createdAtMs + 30_000 });
    expect(engine.state().inMemory).toBe(0);

    const first = await world.clock.settled(engine.register('g', { branch: branch('debit', { hash: 'd' }), waitMs: 3_000 }));
    expect(first).toMatchObject({ kind: 'registered', forward: { op: 'try', outcome: 'succeeded', attempts: 1, result: { hold: 7 } } });
    await world.clock.settled(engine.register('g', { branch: branch('credit', { hash: 'c' }), waitMs: 3_000 }));
    const submitted = await world.clock.settled(engine.submit('g', { branches: ['debit', 'credit'], by: 'local' }));
    expect(submitted).toMatchObject({ kind: 'done', view: { status: 'committing' } });
    await world.allFinal(['g']);
    expect(world.branches.effectsOf('g', 'debit')).toEqual({ forward: 'done', end: 'committed' });
    expect(world.branches.effectsOf('g', 'credit')).toEqual({ forward: 'done', end: 'committed' });
    const again = await world.clock.settled(engine.submit('g', { branches: ['debit', 'credit'], by: 'local' }));
    expect(again).toMatchObject({ kind: 'repeated', view: { status: 'committed' } });
  });

  it('goes back to rest when its initiator is slow, and is carried on from there', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    await world.clock.settled(engine.begin(initiatorTcc('g')));
    await world.clock.settled(engine.register('g', { branch: branch('debit', { hash: 'd' }), waitMs: 3_000 }));
    await world.clock.until('at rest', () => world.row('g').owner === null, 2_000);
    expect(engine.state().inMemory).toBe(0);
    const again = await world.clock.settled(engine.register('g', { branch: branch('debit', { hash: 'd' }), waitMs: 3_000 }));
    expect(again).toMatchObject({ kind: 'repeated', forward: { outcome: 'succeeded' } });
    await world.clock.settled(engine.submit('g', { branches: ['debit'], by: 'local' }));
    await world.allFinal(['g']);
    expect(world.statusOf('g')).toBe('committed');
    expect(world.branches.sent).toEqual(['g debit try 1', 'g debit confirm 1']);
  });

  it('tells a refused try at once, with the abort that it decided', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    world.branches.script('debit', 'try', { kind: 'refuses', code: 'EMPTY' });
    await world.clock.settled(engine.begin(initiatorTcc('g')));
    const answer = await world.clock.settled(engine.register('g', { branch: branch('debit', { hash: 'd' }), waitMs: 3_000 }));
    expect(answer.forward).toMatchObject({ outcome: 'rejected', problem: { code: 'EMPTY' } });
    expect(answer.view.status).not.toBe('active');
    await expect(world.clock.settled(engine.submit('g', { branches: ['debit'], by: 'local' }))).rejects.toMatchObject({
      code: 'already_aborting',
      view: { decision: { kind: 'abort' } },
    });
  });

  it('answers a registration as it stands when the try takes longer than the caller waits', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    world.branches.script('debit', 'try', { kind: 'held' });
    await world.clock.settled(engine.begin(initiatorTcc('g')));
    const answer = await world.clock.settled(engine.register('g', { branch: branch('debit', { hash: 'd' }), waitMs: 500 }));
    expect(answer.forward.outcome).toBe('in_flight');
    world.branches.release('debit', 'try');
    await world.clock.settled(engine.submit('g', { branches: ['debit'], by: 'local' }));
    await world.allFinal(['g']);
    expect(world.statusOf('g')).toBe('committed');
  });

  it('is aborted at its deadline, and every registered branch is cancelled, whoever ran its try', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    await world.clock.settled(engine.begin(initiatorTcc('g')));
    await world.clock.settled(engine.register('g', { branch: branch('debit', { hash: 'd' }), waitMs: 3_000 }));
    await world.clock.settled(engine.register('g', { branch: branch('own', { hash: 'o', run: 'self' }), waitMs: 0 }));
    await world.allFinal(['g'], 40_000);
    expect(world.row('g').finishedAtMs! - world.row('g').createdAtMs).toBeLessThan(33_000);
    expect(world.branches.effectsOf('g', 'debit')).toEqual({ forward: 'done', end: 'rolled_back' });
    expect(world.branches.effectsOf('g', 'own').end).toBe('rolled_back');
  });

  it('refuses a submit that lists other branches, and stays as it was', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    await world.clock.settled(engine.begin(initiatorTcc('g')));
    await world.clock.settled(engine.register('g', { branch: branch('debit', { hash: 'd' }), waitMs: 3_000 }));
    await expect(world.clock.settled(engine.submit('g', { branches: ['debit', 'credit'], by: 'local' }))).rejects.toMatchObject({
      code: 'branches_differ',
      view: { status: 'active' },
    });
    await expect(world.clock.settled(engine.submit('g', { branches: ['debit'], by: 'local' }))).resolves.toMatchObject({ kind: 'done' });
  });

  it('carries out a command that comes together with one that is refused', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    await world.clock.settled(engine.begin(initiatorTcc('g')));
    const before = world.clock.monotonicMs();
    const both = Promise.allSettled([engine.submit('g', { branches: ['x'], by: 'local' }), engine.abort('g', noThanks)]);
    const codes = (await world.clock.settled(both)).map((answer) =>
      answer.status === 'fulfilled' ? answer.value.kind : answer.reason.code,
    );
    expect(codes).toEqual(['branches_differ', 'done']);
    expect(world.clock.monotonicMs() - before).toBeLessThan(1_000);
  });

  it('takes commands at whichever node they come to while it rests', async () => {
    const world = aWorld();
    const a = await world.start('a');
    const b = await world.start('b');
    await world.clock.settled(a.engine.begin(initiatorTcc('g')));
    await world.clock.settled(b.engine.register('g', { branch: branch('debit', { hash: 'd' }), waitMs: 3_000 }));
    await world.clock.until('at rest', () => world.row('g').owner === null, 2_000);
    await world.clock.settled(a.engine.submit('g', { branches: ['debit'], by: 'local' }));
    await world.allFinal(['g']);
    expect(world.branches.sentBy).toEqual([
      { line: 'g debit try 1', by: 'b' },
      { line: 'g debit confirm 1', by: 'a' },
    ]);
  });

  it('lets one of two nodes win when both are asked at once, and carries out the other on what it left', async () => {
    const world = aWorld();
    const a = await world.start('a');
    const b = await world.start('b');
    await world.clock.settled(a.engine.begin(initiatorTcc('g')));
    const answers = await world.clock.settled(
      Promise.allSettled([a.engine.abort('g', noThanks), b.engine.submit('g', { branches: [], by: 'local' })]),
    );
    const codes = answers.map((answer) => (answer.status === 'fulfilled' ? answer.value.kind : answer.reason.code));
    expect(codes).toEqual(['done', 'already_aborting']);
    expect(world.row('g')).toMatchObject({ status: 'aborted', version: 2 });
  });
});

describe('abort', () => {
  it('is answered once its decision is durable, and the same when it is repeated', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    world.branches.script('stock', 'try', { kind: 'held' });
    await world.clock.settled(engine.begin(tcc('g', 'stock', 'freeze')));
    await world.clock.advance(100);
    const [first, second] = await world.clock.settled(Promise.all([engine.abort('g', noThanks), engine.abort('g', noThanks)]));
    expect(first).toMatchObject({ kind: 'done', view: { status: 'aborting', decision: { reason: { code: 'aborted_by_request' } } } });
    expect(second).toMatchObject({ kind: 'repeated', view: { status: 'aborting' } });
    expect(world.branches.sent).toContain('g freeze cancel 1');
    expect(world.branches.sent).not.toContain('g stock cancel 1');
    world.branches.release('stock', 'try');
    await world.allFinal(['g']);
    expect(world.branches.sent).toContain('g stock cancel 1');
  });

  it('of a committed transaction is refused with the outcome', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    await world.clock.settled(engine.begin(saga('g', 'stock')));
    await world.allFinal(['g']);
    await expect(world.clock.settled(engine.abort('g', noThanks))).rejects.toMatchObject({
      code: 'already_committing',
      view: { status: 'committed' },
    });
    expect(engine.state().inMemory).toBe(0);
  });

  it('of a begin that is still on its way waits for it', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    const [, aborted] = await world.clock.settled(Promise.all([engine.begin(saga('g', 'stock')), engine.abort('g', noThanks)]));
    expect(aborted.kind).toBe('done');
    await world.allFinal(['g']);
    expect(world.statusOf('g')).toBe('aborted');
  });

  it('of what nobody began is not found', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    await expect(world.clock.settled(engine.abort('nobody', noThanks))).rejects.toMatchObject({ code: 'not_found', gid: 'nobody' });
    await expect(world.clock.settled(engine.get('nobody'))).rejects.toMatchObject({ code: 'not_found' });
    expect(engine.state().inMemory).toBe(0);
  });
});
