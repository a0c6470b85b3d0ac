/** The relay on a real server, which is killed and loses its disk. */
import type { Clock, Hint } from '@assent/engine';
import { ensureEventStream, NatsClient } from '@assent/nats';
import { MemoryDatabase, MemoryOutbox } from '@assent/store';
import { DiscardPolicy, jetstreamManager } from '@nats-io/jetstream';
import { describeOnNats, type NatsServer, startNats } from '../../../test/support/nats.js';
import { defaultRelayOptions, JetStreamPublisher, NatsHints, Relay, type RelayReport } from '../src/index.js';

const SELF = '11';

const clock: Clock = {
  monotonicMs: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
  soon: (run) => void setImmediate(run),
};

const silent: RelayReport = {
  published: () => undefined,
  waiting: () => undefined,
  adopted: () => undefined,
  failing: () => undefined,
  refused: () => undefined,
  setAside: () => undefined,
  recovered: () => undefined,
};

async function until(what: string, condition: () => boolean | Promise<boolean>, withinMs = 30_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`after ${withinMs} ms still not so: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describeOnNats('events on JetStream', () => {
  let server: NatsServer;
  let nats: NatsClient;
  let database: MemoryDatabase;
  let relay: Relay;

  beforeEach(async () => {
    server = await startNats();
    nats = NatsClient.open({ address: { servers: [`127.0.0.1:${server.port}`] }, name: 'relay' });
    database = new MemoryDatabase(() => Date.now());
    database.enter({ incarnation: SELF, name: 'self' });
    const parts = {
      outbox: new MemoryOutbox(database),
      publisher: new JetStreamPublisher(nats),
      clock,
      report: silent,
      wallClockMs: () => Date.now(),
      incarnation: () => SELF,
    };
    relay = new Relay(parts, {
      ...defaultRelayOptions,
      lookEveryMs: 50,
      largestBackoffMs: 200,
      adoptEveryMs: 100,
      refusedAgainAfterMs: 200,
    });
  });
  afterEach(async () => {
    await relay.stop(0);
    await nats.close();
    await server.stop();
  });

  function add(from: number, to: number): void {
    for (let place = from; place < to; place += 1) {
      const row = {
        gid: `g-${place >> 1}`,
        version: (place & 1) + 1,
        name: 'a.b *',
        status: 'active' as const,
        body: `{"place":${place}}`,
      };
      database.events.set(`${row.gid}:${row.version}`, { ...row, atMs: Date.now(), incarnation: SELF });
    }
    relay.announced();
  }

  /** Everything the stream holds, as `subject id`, in the order of the stream. */
  async function held(): Promise<readonly string[]> {
    const connection = await nats.connection();
    const manager = await jetstreamManager(connection);
    const stream = await ensureEventStream(manager);
    const { state } = await manager.streams.info(stream);
    const lines: string[] = [];
    for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
      const message = await manager.streams.getMessage(stream, { seq });
      if (message !== null) lines.push(`${message.subject} ${message.header.get('Nats-Msg-Id')}`);
    }
    return lines;
  }

  it('arrive under their subject and id, those of one transaction in the order of its versions', async () => {
    relay.start();
    add(0, 4);
    await until('published', () => database.events.size === 0);
    const lines = await held();
    expect(lines.toSorted()).toEqual(['g-0:1', 'g-0:2', 'g-1:1', 'g-1:2'].map((id) => `assent.tx.a%2Eb%20%2A.active ${id}`));
    expect(lines.findIndex((line) => line.endsWith('g-0:1'))).toBeLessThan(lines.findIndex((line) => line.endsWith('g-0:2')));
  });

  it('are no second event when an acknowledgement was lost and they are published again', async () => {
    relay.start();
    add(0, 2);
    await until('published', () => database.events.size === 0);
    add(0, 2);
    await until('published again', () => database.events.size === 0);
    expect(await held()).toHaveLength(2);
  });

  it('survive a server that is killed three times while they are published: none is missing, none is there twice', async () => {
    relay.start();
    for (let round = 0; round < 3; round += 1) {
      add(round * 400, round * 400 + 400);
      await until('some are published', () => database.events.size < 300);
      await server.kill('SIGKILL');
      add(round * 400 + 400, round * 400 + 402);
      await server.restart();
    }
    await until('all are published', () => database.events.size === 0, 60_000);
    const ids = (await held()).map((line) => line.split(' ')[1]);
    expect(ids).toHaveLength(new Set(ids).size);
    expect(new Set(ids).size).toBe(1_202);
  });

  it('that were not published are not lost with the disk of the server', async () => {
    relay.start();
    add(0, 2);
    await until('published', () => database.events.size === 0);
    await server.kill('SIGKILL');
    server.wipe();
    add(2, 202);
    await server.restart();
    await until('published', () => database.events.size === 0, 60_000);
    expect(await held()).toHaveLength(200);
  });

  /** One that the server takes and one that it does not, of two transactions; then one more of each. */
  function addLarge(bytes: number): void {
    add(0, 4);
    const large = database.events.get('g-0:1');
    if (large === undefined) throw new Error('it was added');
    database.events.set('g-0:1', { ...large, body: JSON.stringify('x'.repeat(bytes)) });
  }

  it('that are larger than the server takes are set aside, and hold up none of other transactions', async () => {
    addLarge(1_100_000);
    relay.start();
    await until('the others are published', () => database.events.size === 0);
    expect((await held()).map((line) => line.split(' ')[1])).toEqual(['g-1:1', 'g-1:2']);
    expect([...database.refused.keys()]).toEqual(['g-0:1', 'g-0:2']);
    expect(database.refused.get('g-0:1')?.cause).toMatch(/max_payload/);
  });

  it('that are larger than the stream takes are set aside, and are published in order when it takes more', async () => {
    const manager = await jetstreamManager(await nats.connection());
    await manager.streams.add({ name: 'OURS', subjects: ['assent.tx.>'], max_msg_size: 10_000 });
    addLarge(20_000);
    relay.start();
    await until('two are aside', () => database.refused.size === 2 && database.events.size === 0);
    expect(database.refused.get('g-0:1')?.cause).toMatch(/size exceeds maximum/);
    await manager.streams.update('OURS', { max_msg_size: 100_000 });
    await until('they are published', () => database.refused.size === 0);
    expect((await held()).map((line) => line.split(' ')[1])).toEqual(['g-1:1', 'g-1:2', 'g-0:1', 'g-0:2']);
  });

  it('wait in the outbox while the stream is full: that is no fault of theirs', async () => {
    const manager = await jetstreamManager(await nats.connection());
    await manager.streams.add({ name: 'OURS', subjects: ['assent.tx.>'], max_msgs: 1, discard: DiscardPolicy.New });
    relay.start();
    add(0, 4);
    await until('one is published', async () => (await manager.streams.info('OURS')).state.messages === 1);
    await manager.streams.update('OURS', { max_msgs: 100 });
    await until('the others, too', () => database.events.size === 0);
    expect([(await held()).length, database.refused.size]).toEqual([4, 0]);
  });

  it('go into a stream that somebody has made for them', async () => {
    const manager = await jetstreamManager(await nats.connection());
    await manager.streams.add({ name: 'OURS', subjects: ['assent.tx.>'] });
    relay.start();
    add(0, 2);
    await until('published', () => database.events.size === 0);
    expect((await manager.streams.info('OURS')).state.messages).toBe(2);
  });
});

describeOnNats('a hint over NATS', () => {
  it('is heard by the other nodes, and not by the one that gave it', async () => {
    const server = await startNats();
    const clients = ['a', 'b'].map((name) => NatsClient.open({ address: { servers: [`127.0.0.1:${server.port}`] }, name }));
    try {
      const heard: string[] = [];
      const hints = clients.map((client) => new NatsHints(client));
      hints.forEach((hint, place) => {
        hint.listen(({ gid }: Hint) => heard.push(`${place} heard of ${gid}`));
      });
      await Promise.all(clients.map(async (client) => (await client.connection()).flush()));
      await until('it is heard', () => {
        hints[0]?.tell({ kind: 'command_recorded', gid: 'g' });
        return heard.length > 0;
      });
      expect(new Set(heard)).toEqual(new Set(['1 heard of g']));
    } finally {
      await Promise.all(clients.map((client) => client.close()));
      await server.stop();
    }
  });

  it('is dropped while there is no server, and stops nobody', async () => {
    const client = NatsClient.open({ address: { servers: ['127.0.0.1:1'] }, name: 'alone' });
    const hints = new NatsHints(client);
    const stop = hints.listen(() => undefined);
    hints.tell({ kind: 'command_recorded', gid: 'g' });
    stop();
    await client.close();
    expect(client.connected).toBe(false);
  });
});
