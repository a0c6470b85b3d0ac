/** What people ask of transactions: in memory, at rest, at another node; each told in the audit with its effect, or with its refusal. */
import { shippedPolicies } from '@assent/protocol';
import { MemoryDatabase, MemoryTransactionStore } from '@assent/store';
import { Gate } from '../../test/gate.js';
import { branch, initiatorTcc, saga } from '../../test/requests.js';
import { World } from '../../test/world.js';
import type { EngineError } from '../errors.js';
import type { Deed, Intervention } from './deed.js';

const aWorld = () =>
  new World(
    (nowMs) => new MemoryDatabase(nowMs),
    (database) => new MemoryTransactionStore(database),
  );

let asked = 0;

/** A deed of its own id, recorded at about the time of the virtual clock. */
function aDeed(world: ReturnType<typeof aWorld>, intervention: Intervention, changes: Partial<Deed> = {}): Deed {
  asked += 1;
  const time = Math.round(world.clock.databaseMs()).toString(16).padStart(12, '0');
  const id = `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${String(asked).padStart(12, '0')}`;
  return { id, intervention, by: 'ada', reason: 'to see', ifVersion: null, remarks: {}, ...changes };
}

const told = (world: ReturnType<typeof aWorld>, gid = 'g') =>
  (world.database.audit.get(gid) ?? []).map(({ principal, action, reason, detail }) => {
    const { outcome, code, version } = JSON.parse(detail) as { outcome: string; code?: string; version: number };
    return [principal, action, reason, outcome, ...(code === undefined ? [] : [code]), version];
  });

/** A saga of one step that is parked, because nobody answered it twice. */
async function parked() {
  const world = aWorld();
  const patient = shippedPolicies.find(({ name }) => name === 'patient')!;
  world.database.policies.push({ ...patient, name: 'brief', forwardAttempts: 1 });
  const { engine } = await world.start('a');
  world.branches.script('stock', 'action', { kind: 'lost' });
  const request = saga('g', 'stock');
  await world.clock.settled(engine.begin({ ...request, definition: { ...request.definition, policy: { name: 'brief', version: 1 } } }));
  await world.clock.until('it is parked', () => world.row('g').owner === null && world.row('g').version === 2);
  return { world, engine };
}

describe('an intervention', () => {
  it('moves a transaction at rest, and its audit row comes with the image', async () => {
    const { world, engine } = await parked();
    const { kind, view } = await world.clock.settled(engine.intervene('g', aDeed(world, { kind: 'retry', branch: null })));
    expect([kind, view.version]).toEqual(['done', 3]);
    await world.allFinal(['g']);
    expect(told(world)).toEqual([['ada', 'retry', 'to see', 'done', 2]]);
  });

  it('that is refused is told, too, before it is answered', async () => {
    const { world, engine } = await parked();
    await world.clock.settled(
      engine.intervene('g', aDeed(world, { kind: 'resolve', branch: 'stock', op: 'action', outcome: 'succeeded' })),
    );
    await world.allFinal(['g']);
    const late = world.clock.settled(engine.intervene('g', aDeed(world, { kind: 'pause' })));
    await expect(late).rejects.toMatchObject({ code: 'already_final', view: { status: 'committed' } });
    expect(told(world).map(([, action, , ...end]) => [action, ...end])).toEqual([
      ['resolve', 'done', 2],
      ['pause', 'refused', 'already_final', 3],
    ]);
  });

  it('that was done stays done for whoever asks again, though the same request was refused a seal on its way', async () => {
    const { world, engine } = await parked();
    const deed = aDeed(world, { kind: 'resolve', branch: 'stock', op: 'action', outcome: 'succeeded' });
    await world.clock.settled(engine.intervene('g', deed));
    const refusal = { code: 'not_sealed', detail: 'The participant could not be told.' };
    await world.clock.settled(engine.noteRefusal('g', { ...deed, action: 'resolve', refusal }));
    expect((await world.clock.settled(engine.intervene('g', deed))).kind).toBe('done');
    expect(told(world).map(([, , , ...end]) => end.slice(0, 2))).toEqual([
      ['done', 2],
      ['refused', 'not_sealed'],
    ]);
  });

  it('asked of another version is refused, and nothing has changed', async () => {
    const { world, engine } = await parked();
    const stale = engine.intervene('g', aDeed(world, { kind: 'retry', branch: 'stock' }, { ifVersion: 1 }));
    await expect(world.clock.settled(stale)).rejects.toMatchObject({ code: 'version_differs' });
    expect([world.row('g').version, told(world).length]).toEqual([2, 1]);
    const { kind } = await world.clock.settled(engine.intervene('g', aDeed(world, { kind: 'pause' }, { ifVersion: 2 })));
    expect(kind).toBe('done');
  });

  it('is one of those that rely on the same version, although all of them are asked before an image of it is durable', async () => {
    const { world, engine } = await parked();
    const kinds: Intervention[] = [{ kind: 'pause' }, { kind: 'abort', code: 'x', message: '' }, { kind: 'retry', branch: null }];
    const asking = kinds.map((kind) => engine.intervene('g', aDeed(world, kind, { ifVersion: 2 })));
    const ends = await world.clock.settled(Promise.allSettled(asking));
    expect(ends.map((end) => (end.status === 'fulfilled' ? end.value.kind : (end.reason as EngineError).code))).toEqual([
      'done',
      'version_differs',
      'version_differs',
    ]);
    expect(world.row('g').paused).toBe(true);
  });

  it('is carried out or refused however many ask at once for what has to be fetched for each', async () => {
    const { world, engine } = await parked();
    await world.clock.settled(engine.intervene('g', aDeed(world, { kind: 'abort', code: 'x', message: '' })));
    await world.allFinal(['g']);
    const many = Array.from({ length: 30 }, (_, n) =>
      n % 2 === 0 ? engine.intervene('g', aDeed(world, { kind: 'pause' })) : engine.submit('g', { branches: [], by: 'order' }),
    );
    const ends = await world.clock.settled(Promise.allSettled(many));
    expect(new Set(ends.map((end) => (end.status === 'rejected' ? (end.reason as EngineError).code : end.value.kind)))).toEqual(
      new Set(['already_final', 'coordinator_driven']),
    );
  });

  it('asked again of what is so already changes nothing', async () => {
    const { world, engine } = await parked();
    await world.clock.settled(engine.intervene('g', aDeed(world, { kind: 'pause' })));
    const again = await world.clock.settled(engine.intervene('g', aDeed(world, { kind: 'pause' })));
    expect([again.kind, again.view.version, again.view.paused]).toEqual(['repeated', 3, true]);
    expect(told(world).map(([, , , outcome]) => outcome)).toEqual(['done', 'repeated']);
  });

  it('is rehearsed without a trace', async () => {
    const { world, engine } = await parked();
    const { before, after, refusal } = await world.clock.settled(
      engine.rehearse('g', aDeed(world, { kind: 'abort', code: 'x', message: '' })),
    );
    expect([before.status, after?.status, refusal]).toEqual(['active', 'aborting', null]);
    const refused = await world.clock.settled(
      engine.rehearse('g', aDeed(world, { kind: 'edit-payload', branch: 'stock', payload: '{"n":1}' })),
    );
    expect([refused.after, refused.refusal?.code]).toEqual([null, 'already_sent']);
    expect([world.row('g').version, told(world)]).toEqual([2, []]);
  });

  it('is listed with what it may be asked of, or why it may not', async () => {
    const { world, engine } = await parked();
    const { choices } = await world.clock.settled(engine.choices('g'));
    const shown = choices.map(({ kind, targets, refusal }) => [kind, refusal?.code ?? 'legal', ...targets.map(({ branch: id }) => id)]);
    expect(shown).toEqual([
      ['retry', 'legal', 'stock'],
      ['pause', 'legal'],
      ['resume', 'already_so'],
      ['abort', 'legal'],
      ['change-policy', 'legal'],
      ['resolve', 'legal', 'stock'],
      ['edit-payload', 'already_sent'],
    ]);
  });
});

describe('an intervention at a node that does not drive the transaction', () => {
  async function drivenByB() {
    const world = aWorld();
    const a = await world.start('a');
    const b = await world.start('b');
    await world.clock.settled(b.engine.begin(initiatorTcc('g')));
    world.branches.script('debit', 'try', { kind: 'held' });
    const registering = b.engine.register('g', { branch: branch('debit', { hash: 'd' }), waitMs: 30_000 });
    await world.clock.until('b drives it', () => world.branches.sent.length === 1);
    return { world, a, b, registering };
  }

  it('is carried out there, once, and told in the audit with its effect', async () => {
    const { world, a, registering } = await drivenByB();
    const { kind, view } = await world.clock.settled(a.engine.intervene('g', aDeed(world, { kind: 'pause' })), 5_000);
    expect([kind, view.paused, world.database.commands.size]).toEqual(['done', true, 0]);
    expect(told(world).map(([, ...deed]) => deed.slice(0, 3))).toEqual([['pause', 'to see', 'done']]);
    world.branches.release('debit', 'try');
    await world.clock.settled(registering, 60_000);
  });

  it('is carried out there although its id was drawn long before: of a job that takes hours, all are drawn at its beginning', async () => {
    const { world, a, b, registering } = await drivenByB();
    const deed = aDeed(world, { kind: 'pause' }, { id: '00000000-0001-7000-8000-000000000001' });
    expect((await world.clock.settled(a.engine.intervene('g', deed), 5_000)).kind).toBe('done');
    expect(b.monitor.alarms).toEqual([]);
    world.branches.release('debit', 'try');
    await world.clock.settled(registering, 60_000);
  });

  it('is answered as recorded when that node says nothing', async () => {
    const { world, a, b, registering } = await drivenByB();
    void registering.catch(() => undefined);
    world.crash(b);
    const { kind, view } = await world.clock.settled(a.engine.intervene('g', aDeed(world, { kind: 'pause' })), 4_000);
    expect([kind, view.paused]).toEqual(['recorded', false]);
    await world.clock.until('it is carried out by whoever takes over', () => world.row('g').paused, 60_000);
    expect(told(world).map(([, action, , outcome]) => [action, outcome])).toEqual([['pause', 'done']]);
  });

  it('is refused by the durable image at once', async () => {
    const { world, a, registering } = await drivenByB();
    const asking = a.engine.intervene('g', aDeed(world, { kind: 'edit-payload', branch: 'nobody', payload: '{}' }));
    await expect(world.clock.settled(asking)).rejects.toMatchObject({ code: 'unknown_branch' });
    expect(told(world).map(([, action, , outcome]) => [action, outcome])).toEqual([['edit-payload', 'refused']]);
    world.branches.release('debit', 'try');
    await world.clock.settled(registering, 60_000);
  });
});

describe('what people are shown', () => {
  it('is the durable image, while what they may do is judged by what has been decided since', async () => {
    const gate = new Gate();
    const world = new World(
      (nowMs) => new MemoryDatabase(nowMs),
      (database) => new MemoryTransactionStore(database, async (operation) => (operation === 'flush' ? gate.passed : undefined)),
    );
    const { engine } = await world.start('a');
    world.branches.script('stock', 'action', { kind: 'held' });
    await world.clock.settled(engine.begin(saga('g', 'stock')));
    gate.close();
    const aborting = engine.intervene('g', aDeed(world, { kind: 'abort', code: 'aborted_by_request', message: 'no' }));
    await world.clock.advance(5);
    const { view, choices } = await world.clock.settled(engine.choices('g'));
    expect([view.status, view.version, view.decision]).toEqual(['active', 1, null]);
    expect(choices.find(({ kind }) => kind === 'abort')?.refusal).toMatchObject({ code: 'already_so' });
    gate.open();
    await world.clock.settled(aborting);
    expect((await world.clock.settled(engine.choices('g'))).view.status).toBe('aborting');
  });
});

describe('a call that waits for a place', () => {
  /** A step that is handed over and has not left when a person intervenes. */
  async function waiting() {
    const world = aWorld();
    const { engine } = await world.start('a');
    const left: { readonly payload: string; readonly timeoutMs: number }[] = [];
    world.branches.otherwise(({ payload, timeoutMs }) => {
      left.push({ payload, timeoutMs });
      return { kind: 'succeeds' };
    });
    world.branches.holdPlaces('stock');
    await world.clock.settled(engine.begin(saga('g', 'stock')));
    return { world, engine, left };
  }

  it('leaves with the payload that it was given meanwhile', async () => {
    const { world, engine, left } = await waiting();
    await world.clock.settled(engine.intervene('g', aDeed(world, { kind: 'edit-payload', branch: 'stock', payload: '{"n":2}' })));
    world.branches.freePlaces();
    await world.allFinal(['g']);
    expect(left.map(({ payload }) => payload)).toEqual(['{"n":2}']);
  });

  it('leaves under the policy that its transaction was given meanwhile', async () => {
    const { world, engine, left } = await waiting();
    const policy = shippedPolicies.find(({ name }) => name === 'flash-sale')!;
    await world.clock.settled(engine.intervene('g', aDeed(world, { kind: 'change-policy', policy })));
    world.branches.freePlaces();
    await world.allFinal(['g']);
    expect(left.map(({ timeoutMs }) => timeoutMs)).toEqual([policy.forwardTimeoutMs]);
  });
});

describe('a transaction that the machine cannot go on with', () => {
  it('shows among what needs attention', async () => {
    const world = aWorld();
    const { engine } = await world.start('a');
    world.branches.script('stock', 'action', { kind: 'held' });
    await world.clock.settled(engine.begin(saga('g', 'stock')));
    const row = world.row('g');
    await world.clock.settled(engine.drain(1_000), 5_000);
    world.database.transactions.set('g', { ...row, definition: '{}', owner: null, dueAtMs: 0 });
    await world.start('b');
    await world.clock.until('it is shown', () => (world.database.attention.get('g') ?? []).length > 0, 60_000);
    expect(world.database.attention.get('g')).toMatchObject([{ branch: '', kind: 'parked', code: 'protocol_bug' }]);
  });
});
