/** What becomes of the deliveries of an event, on every database: the inbox, the guard of versions, repeats, dead letters and what a person does. */
import type { TransactionEvent } from '@assent/protocol';
import { Registry } from 'prom-client';
import type { DataSource, EntityManager } from 'typeorm';
import { LocalTransactions, outcomeMigrations } from '../../src/index.js';
import { DeadLetterDesk } from '../../src/outcomes/desk/index.js';
import { handlerOf, type OutcomeHandler } from '../../src/outcomes/handler.js';
import { DeadLetters, Inbox } from '../../src/outcomes/inbox/index.js';
import { DeliveryMetrics } from '../../src/outcomes/metrics/index.js';
import type { OnOutcomeOptions, OutcomeContext } from '../../src/outcomes/on-outcome.js';
import { type Delivery, OutcomeProcessor } from '../../src/outcomes/processor.js';
import { describeOnEachDatabase, migrations, openDataSource } from '../support/data-sources.js';

const NOW_MS = 1_764_000_000_000;

function anEvent(gid: string, version = 1, changes: Partial<TransactionEvent> = {}): TransactionEvent {
  const plain = { name: 'checkout', pattern: 'saga', key: null, status: 'committed', mixed: false, paused: false } as const;
  return { gid, version, ...plain, createdAtMs: 1, atMs: 2, decision: null, parked: [], changes: [], ...changes };
}

const deliveryOf = (event: TransactionEvent, attempt = 1): Delivery => ({
  subject: `assent.tx.${event.name}.${event.status}`,
  body: JSON.stringify(event),
  attempt,
  place: 'ASSENT_TX:7',
});

describeOnEachDatabase('a consumer of events', (open) => {
  let dataSource: DataSource;
  let close: () => Promise<void>;
  let processor: OutcomeProcessor;
  let desk: DeadLetterDesk;
  let handlers: OutcomeHandler[];
  /** What makes the handler throw; null: nothing. */
  let trouble: ((event: TransactionEvent) => string | null) | null;
  let nowMs: number;
  let registry: Registry;

  beforeEach(async () => {
    ({ dataSource, close } = await openDataSource(open, { migrations: [...migrations, ...outcomeMigrations] }));
    nowMs = NOW_MS;
    trouble = null;
    handlers = [];
    const now = () => nowMs;
    const transactions = LocalTransactions.of(dataSource);
    const inbox = new Inbox(transactions, now);
    const letters = new DeadLetters(dataSource);
    const deliveries = new DeliveryMetrics('shop');
    registry = new Registry();
    deliveries.registerIn(registry);
    processor = new OutcomeProcessor(transactions, inbox, letters, deliveries, now);
    desk = new DeadLetterDesk({ transactions, inbox, letters, processor, handlers: () => handlers, now });
  });
  afterEach(() => close());

  /** Writes one row into `effect` for each event it handles, and throws afterwards when there is trouble. */
  class Books {
    async note(event: TransactionEvent, { manager, consumer }: OutcomeContext): Promise<void> {
      await write(manager, event, consumer);
      const why = trouble?.(event) ?? null;
      if (why !== null) throw new TypeError(why);
    }
  }

  function write(manager: EntityManager, { gid, version }: TransactionEvent, consumer: string): Promise<unknown> {
    return manager.query('INSERT INTO effect (gid, branch, op) VALUES (?, ?, ?)', [gid, consumer, `v${version}`]);
  }

  function aHandler(options: OnOutcomeOptions = {}, transaction = 'checkout'): OutcomeHandler {
    const retry = { attempts: 3, firstMs: 100, multiplier: 10, capMs: 5_000 };
    const declaration = { method: 'note', transaction, options: { consumer: 'books', ...options } };
    const handler = handlerOf({ name: 'shop', retry }, declaration, new Books());
    handlers.push(handler);
    return handler;
  }

  /** Values that are not 0, by name and labels, without `service`. */
  async function measured(name: string): Promise<Readonly<Record<string, number>>> {
    const metric = (await registry.getMetricsAsJSON()).find((one) => one.name === name);
    const lines = (metric?.values ?? []).filter(({ value }) => value !== 0);
    return Object.fromEntries(
      lines.map(({ labels, value }) => [
        Object.values({ ...labels, service: '' })
          .filter(Boolean)
          .join(' '),
        value,
      ]),
    );
  }

  async function effects(): Promise<readonly string[]> {
    const rows = await dataSource.query<{ gid: string; op: string }[]>('SELECT gid, op FROM effect ORDER BY gid, op');
    return rows.map(({ gid, op }) => `${gid} ${op}`);
  }

  it('handles each event once, however often it is delivered', async () => {
    const books = aHandler();
    for (const attempt of [1, 2, 3]) expect(await processor.process(books, deliveryOf(anEvent('a'), attempt))).toEqual({ kind: 'done' });
    expect(await effects()).toEqual(['a v1']);
  });

  it('handles an event once when it is delivered twice at the same time', async () => {
    const books = aHandler();
    const twice = await Promise.all([1, 2].map(() => processor.process(books, deliveryOf(anEvent('a')))));
    expect(twice.filter(({ kind }) => kind === 'done').length).toBeGreaterThanOrEqual(1);
    await processor.process(books, deliveryOf(anEvent('a'), 2));
    expect(await effects()).toEqual(['a v1']);
  });

  it('handles it once for each consumer', async () => {
    await processor.process(aHandler(), deliveryOf(anEvent('a')));
    await processor.process(aHandler({ consumer: 'mail' }), deliveryOf(anEvent('a')));
    expect(await effects()).toEqual(['a v1', 'a v1']);
  });

  it('takes back what a handler wrote that throws, and asks for the event again, later each time', async () => {
    const books = aHandler();
    trouble = () => 'the printer is on fire';
    const again = { kind: 'again', cause: 'TypeError: the printer is on fire' };
    expect(await processor.process(books, deliveryOf(anEvent('a'), 1))).toEqual({ ...again, delayMs: 100 });
    expect(await processor.process(books, deliveryOf(anEvent('a'), 2))).toEqual({ ...again, delayMs: 1_000 });
    expect(await effects()).toEqual([]);
    trouble = null;
    await processor.process(books, deliveryOf(anEvent('a'), 3));
    expect(await effects()).toEqual(['a v1']);
  });

  it('keeps an event that failed to the last as a dead letter with its cause, and goes on with others', async () => {
    const books = aHandler();
    trouble = ({ gid }) => (gid === 'poison' ? 'no such customer' : null);
    expect(await processor.process(books, deliveryOf(anEvent('poison'), 3))).toEqual({ kind: 'done' });
    expect(await processor.process(books, deliveryOf(anEvent('good')))).toEqual({ kind: 'done' });
    expect(await effects()).toEqual(['good v1']);
    const letter = {
      consumer: 'books',
      id: 'poison:1',
      attempts: 3,
      cause: 'TypeError: no such customer',
      state: 'waiting',
      failedAtMs: NOW_MS,
    };
    expect((await desk.list('waiting', undefined, { consumer: '', id: '' }, 10)).letters).toEqual([expect.objectContaining(letter)]);
  });

  it('replays a dead letter once it has been repaired, and a replay or a delivery after that does nothing', async () => {
    const books = aHandler();
    trouble = () => 'broken';
    await processor.process(books, deliveryOf(anEvent('a'), 3));
    const key = { consumer: 'books', id: 'a:1' };
    expect(await desk.replay(key)).toEqual({ kind: 'failed', cause: 'TypeError: broken' });
    expect(await desk.find(key)).toMatchObject({ state: 'waiting', attempts: 4 });
    trouble = null;
    nowMs += 5;
    expect(await desk.replay(key)).toEqual({ kind: 'handled' });
    expect(await desk.replay(key)).toMatchObject({ kind: 'refused', code: 'not_waiting' });
    await processor.process(books, deliveryOf(anEvent('a'), 4));
    expect(await effects()).toEqual(['a v1']);
    expect(await desk.find(key)).toMatchObject({ state: 'replayed', endedAtMs: NOW_MS + 5 });
  });

  it('replays twice at the same time with one effect', async () => {
    const books = aHandler();
    trouble = () => 'broken';
    await processor.process(books, deliveryOf(anEvent('a'), 3));
    trouble = null;
    await Promise.all([1, 2, 3].map(() => desk.replay({ consumer: 'books', id: 'a:1' })));
    expect(await effects()).toEqual(['a v1']);
  });

  it('finds that a letter has been handled when the event was delivered once more before the replay', async () => {
    const books = aHandler();
    trouble = () => 'broken';
    await processor.process(books, deliveryOf(anEvent('a'), 3));
    trouble = null;
    await processor.process(books, deliveryOf(anEvent('a'), 4));
    expect(await desk.replay({ consumer: 'books', id: 'a:1' })).toEqual({ kind: 'repeated' });
    expect(await effects()).toEqual(['a v1']);
  });

  it('replays all that wait; one that fails again stops no other', async () => {
    const books = aHandler();
    trouble = () => 'broken';
    for (const gid of ['a', 'b', 'c']) await processor.process(books, deliveryOf(anEvent(gid), 3));
    trouble = ({ gid }) => (gid === 'b' ? 'still broken' : null);
    expect(await desk.replayAll('books')).toEqual({ replayed: 2, failed: 1, more: false });
    expect(await effects()).toEqual(['a v1', 'c v1']);
    expect((await desk.list('waiting', 'books', { consumer: '', id: '' }, 10)).letters.map(({ id }) => id)).toEqual(['b:1']);
  });

  it('discards a letter with a reason, after which a late delivery finds nothing to do', async () => {
    const books = aHandler();
    trouble = () => 'broken';
    await processor.process(books, deliveryOf(anEvent('a'), 3));
    trouble = null;
    expect(await desk.discard({ consumer: 'books', id: 'a:1' }, 'a test order')).toEqual({ kind: 'discarded' });
    expect(await desk.discard({ consumer: 'books', id: 'a:1' }, 'again')).toMatchObject({ kind: 'refused', code: 'not_waiting' });
    await processor.process(books, deliveryOf(anEvent('a'), 4));
    expect(await effects()).toEqual([]);
    expect(await desk.find({ consumer: 'books', id: 'a:1' })).toMatchObject({ state: 'discarded', note: 'a test order' });
  });

  it('keeps a message that is no event as a dead letter at once', async () => {
    const books = aHandler();
    const delivery = { ...deliveryOf(anEvent('a')), body: '{"gid":' };
    expect(await processor.process(books, delivery)).toEqual({ kind: 'done' });
    const letter = await desk.find({ consumer: 'books', id: 'ASSENT_TX:7' });
    expect(letter).toMatchObject({ body: '{"gid":', cause: expect.stringMatching(/^the message is not JSON/) });
    expect(await desk.replay({ consumer: 'books', id: 'ASSENT_TX:7' })).toMatchObject({ kind: 'refused', code: 'no_event' });
    expect(await desk.discard({ consumer: 'books', id: 'ASSENT_TX:7' }, 'not ours')).toEqual({ kind: 'discarded' });
  });

  it('leaves out transactions of another name and statuses that were not asked for', async () => {
    const books = aHandler({ statuses: ['committed'] });
    const others = [anEvent('a', 1, { name: 'refund' }), anEvent('b', 1, { status: 'active' })];
    for (const event of others) expect(await processor.process(books, deliveryOf(event))).toEqual({ kind: 'done' });
    await processor.process(aHandler({ consumer: 'all' }, '*'), deliveryOf(anEvent('c', 1, { name: 'refund' })));
    expect(await effects()).toEqual(['c v1']);
  });

  it('that keeps how things stand skips an event older than one it has handled', async () => {
    const view = aHandler({ takes: 'newest' });
    await processor.process(view, deliveryOf(anEvent('a', 2)));
    expect(await processor.process(view, deliveryOf(anEvent('a', 1)))).toEqual({ kind: 'done' });
    await processor.process(view, deliveryOf(anEvent('a', 3)));
    expect(await effects()).toEqual(['a v2', 'a v3']);
  });

  it('that keeps how things stand does not go back by a replay of an older event', async () => {
    const view = aHandler({ takes: 'newest' });
    trouble = ({ version }) => (version === 1 ? 'broken' : null);
    await processor.process(view, deliveryOf(anEvent('a', 1), 3));
    await processor.process(view, deliveryOf(anEvent('a', 2)));
    trouble = null;
    expect(await desk.replay({ consumer: 'books', id: 'a:1' })).toEqual({ kind: 'stale' });
    expect(await effects()).toEqual(['a v2']);
  });

  it('that counts handles versions in whatever order they come', async () => {
    const books = aHandler();
    for (const version of [3, 1, 2]) await processor.process(books, deliveryOf(anEvent('a', version)));
    expect(await effects()).toEqual(['a v1', 'a v2', 'a v3']);
  });

  it('forgets letters that have ended long ago, and none that waits', async () => {
    const books = aHandler();
    trouble = () => 'broken';
    for (const gid of ['a', 'b']) await processor.process(books, deliveryOf(anEvent(gid), 3));
    await desk.discard({ consumer: 'books', id: 'a:1' }, 'a test');
    await new Inbox(LocalTransactions.of(dataSource), () => nowMs).purge(NOW_MS + 1);
    expect(await desk.find({ consumer: 'books', id: 'a:1' })).toBeNull();
    expect(await desk.find({ consumer: 'books', id: 'b:1' })).toMatchObject({ state: 'waiting' });
  });

  it('forgets what was handled longer ago than it is to be remembered, and nothing newer', async () => {
    const view = aHandler({ takes: 'newest' });
    await processor.process(view, deliveryOf(anEvent('old')));
    nowMs += 1_000;
    await processor.process(view, deliveryOf(anEvent('new')));
    const inbox = new Inbox(LocalTransactions.of(dataSource), () => nowMs);
    expect(await inbox.purge(NOW_MS + 500)).toBe(2);
    await processor.process(view, deliveryOf(anEvent('new')));
    expect(await effects()).toEqual(['new v1', 'old v1']);
  });

  it('is measured by what becomes of its deliveries, how many come again, and how late events are handled', async () => {
    const newest = aHandler({ takes: 'newest', statuses: ['committed'] });
    const deliver = (event: TransactionEvent, attempt = 1) => processor.process(newest, deliveryOf(event, attempt));
    await deliver(anEvent('a', 2, { atMs: NOW_MS - 2_000 }));
    await deliver(anEvent('a', 2), 2);
    await deliver(anEvent('a', 1));
    await deliver(anEvent('b', 1, { status: 'aborted' }));
    trouble = () => 'no such account';
    for (const attempt of [1, 2, 3]) await deliver(anEvent('c'), attempt);
    await processor.process(newest, { ...deliveryOf(anEvent('d')), body: 'no event' });
    expect(await measured('assent_consumer_events_total')).toEqual({
      'books handled': 1,
      'books repeated': 1,
      'books stale': 1,
      'books unwanted': 1,
      'books failed': 2,
      'books dead_letter': 2,
    });
    expect(await measured('assent_consumer_redeliveries_total')).toEqual({ books: 3 });
    const text = await registry.metrics();
    expect(text).toContain('assent_consumer_delay_seconds_sum{service="shop",consumer="books"} 2\n');
    expect(text).toContain('assent_consumer_delay_seconds_count{service="shop",consumer="books"} 1\n');
  });
});
