/** Events of a coordinator on a NATS server that does not stay. */
import { randomUUID } from 'node:crypto';
import type { TransactionEvent } from '@assent/protocol';
import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { describeOnMariadb } from '../support/databases.js';
import { describeOnNats, type NatsServer, startNats } from '../support/nats.js';
import { startCoordinator, type TestCoordinator, type TestFolder, testFolder, until } from './support/coordinators.js';
import { refusal, ScriptedParticipant } from './support/scripted-participant.js';
import { SharedDatabase } from './support/shared-database.js';

const STREAM = 'ASSENT_TX';

/** How often each event arrived, by its id. What a consumer that keeps (gid, version) would see are the keys. */
async function eventsIn(server: NatsServer): Promise<Map<string, TransactionEvent>> {
  const connection: NatsConnection = await connect({ servers: [`127.0.0.1:${server.port}`] });
  try {
    const manager = await jetstreamManager(connection);
    const info = await manager.streams.info(STREAM);
    const found = new Map<string, TransactionEvent>();
    if (info.state.messages === 0) return found;
    await manager.consumers.add(STREAM, { name: 'reader', ack_policy: AckPolicy.None, inactive_threshold: 5_000_000_000 });
    const consumer = await jetstream(connection).consumers.get(STREAM, 'reader');
    const messages = await consumer.fetch({ max_messages: info.state.messages, expires: 5_000 });
    for await (const message of messages) {
      const id = message.headers?.get('Nats-Msg-Id') ?? '';
      if (found.has(id)) throw new Error(`${id} is in the stream twice`);
      const event = message.json<TransactionEvent>();
      expect(`${event.gid}:${event.version}`).toBe(id);
      expect(message.subject).toBe(`assent.tx.checkout.${event.status}`);
      found.set(id, event);
      if (message.info.pending === 0) break;
    }
    await manager.consumers.delete(STREAM, 'reader');
    return found;
  } finally {
    await connection.close();
  }
}

/** 0 as long as there is no stream yet, and while the server is away. */
async function countIn(server: NatsServer): Promise<number> {
  const found = await eventsIn(server).catch((error: Error) => {
    if (/is in the stream twice/.test(error.message)) throw error;
    return new Map();
  });
  return found.size;
}

const saga = (gid: string) => ({
  gid,
  name: 'checkout',
  pattern: 'saga',
  branches: [
    { id: 'stock', contract: 'inventory.deduct' },
    { id: 'points', contract: 'inventory.points' },
  ],
  wait: 'final',
  timeoutMs: 15_000,
});

/** `gid: from>to from>to`, in the order of the versions. */
function stories(events: Iterable<TransactionEvent>): Map<string, string> {
  const told = new Map<string, string>();
  for (const event of [...events].toSorted((a, b) => a.version - b.version)) {
    for (const change of event.changes) {
      const line = change.what === 'status' ? `${change.from}>${change.to}` : change.what;
      told.set(event.gid, [...(told.get(event.gid)?.split(' ') ?? []), line].join(' '));
    }
  }
  return told;
}

describeOnNats('Events of a coordinator', () => {
  let folder: TestFolder;
  let participant: ScriptedParticipant;
  let server: NatsServer;
  let coordinator: TestCoordinator | null = null;

  beforeEach(async () => {
    folder = testFolder();
    participant = await ScriptedParticipant.start();
    server = await startNats();
  });
  afterEach(async () => {
    await coordinator?.stop();
    coordinator = null;
    await participant.stop();
    await server.stop();
    folder.remove();
  });

  async function start(environment: Readonly<Record<string, string>> = {}): Promise<TestCoordinator> {
    const own = { ASSENT_PARTICIPANTS: `inventory=${participant.url}`, ASSENT_NATS_URL: server.url };
    coordinator = await startCoordinator(folder, { ...own, ...environment });
    participant.key = coordinator.key('inventory');
    return coordinator;
  }

  async function depth(of: TestCoordinator): Promise<number> {
    const { body } = await of.get('/metrics');
    return Number(/^assent_outbox_rows (\d+)$/m.exec(String(body.text))?.[1]);
  }

  it('tell of every beginning and every end once, while the broker is killed three times', async () => {
    const node = await start();
    const refused = new Set<string>();
    participant.on('inventory.points', 'action', ({ gid }) => (refused.has(gid) ? refusal('NO_POINTS', 'none are left') : { status: 204 }));
    const gids: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      const batch = Array.from({ length: 60 }, () => randomUUID());
      gids.push(...batch);
      for (const gid of batch.slice(0, 20)) refused.add(gid);
      const answers = Promise.all(batch.map((gid) => node.post('/v1/transactions', saga(gid))));
      if (round < 3) {
        await server.kill('SIGKILL');
        await server.restart();
      }
      for (const answer of await answers) expect(['committed', 'aborted']).toContain(answer.body.status);
    }
    await until('nothing waits to be published', async () => (await countIn(server)) >= gids.length * 2 + refused.size);
    const told = stories((await eventsIn(server)).values());
    for (const gid of gids) {
      expect(told.get(gid)).toBe(refused.has(gid) ? 'null>active active>aborting aborting>aborted' : 'null>active active>committed');
    }
    expect(told.size).toBe(gids.length);
    await until('the outbox is empty', async () => (await depth(node)) === 0);
    const { body } = await node.get('/metrics');
    expect(String(body.text)).toContain(`assent_outbox_published_total ${gids.length * 2 + refused.size}`);
  }, 60_000);

  it('wait in the database while there is no broker, over a restart of the coordinator, and are published when there is one', async () => {
    await server.kill('SIGKILL');
    server.wipe();
    let node = await start();
    const gids = Array.from({ length: 20 }, () => randomUUID());
    await Promise.all(gids.map((gid) => node.post('/v1/transactions', saga(gid))));
    await until('the outbox shows them', async () => (await depth(node)) === 40);
    await node.stop();
    node = await start();
    await server.restart();
    await until('they are published', async () => (await countIn(server)) === 40);
    expect(stories((await eventsIn(server)).values())).toEqual(new Map(gids.map((gid) => [gid, 'null>active active>committed'])));
  }, 60_000);

  it('go on when the broker refuses some for their size: those are set aside, counted and told of', async () => {
    const connection = await connect({ servers: [`127.0.0.1:${server.port}`] });
    await (await jetstreamManager(connection)).streams.add({ name: STREAM, subjects: ['assent.tx.*.*'], max_msg_size: 700 });
    await connection.close();
    const node = await start();
    const refused: readonly string[] = Array.from({ length: 5 }, () => randomUUID());
    participant.on('inventory.points', 'action', ({ gid }) =>
      refused.includes(gid) ? refusal('NO_POINTS', 'none are left '.repeat(70)) : { status: 204 },
    );
    await Promise.all(refused.map((gid) => node.post('/v1/transactions', saga(gid))));
    const shown = async () => String((await node.get('/metrics')).body.text);
    await until('they are aside', async () => (await shown()).includes('assent_outbox_set_aside_rows 10\n'));
    const taken = Array.from({ length: 5 }, () => randomUUID());
    await Promise.all(taken.map((gid) => node.post('/v1/transactions', saga(gid))));
    await until('the outbox is empty', async () => (await depth(node)) === 0);
    expect(stories((await eventsIn(server)).values())).toEqual(
      new Map([
        ...refused.map((gid) => [gid, 'null>active'] as const),
        ...taken.map((gid) => [gid, 'null>active active>committed'] as const),
      ]),
    );
    expect(await shown()).toContain('assent_alarms_total{code="event_refused"} 5\n');
  }, 60_000);

  it('are not written when they are switched off', async () => {
    const node = await start({ ASSENT_EVENTS: 'off' });
    await node.post('/v1/transactions', saga(randomUUID()));
    expect(await depth(node)).toBe(0);
    const { body } = await node.get('/metrics');
    expect(String(body.text)).toContain('assent_outbox_published_total 0');
  });
});

describeOnMariadb('Events of coordinators on one database', () => {
  const suite = describeOnNats;
  suite('with a broker that comes back', () => {
    it('are published by another node when the one that wrote them is gone', async () => {
      const folder = testFolder();
      const participant = await ScriptedParticipant.start();
      const database = await SharedDatabase.create();
      const server = await startNats();
      const nodes: TestCoordinator[] = [];
      try {
        const start = async (name: string) => {
          const node = await startCoordinator(folder, {
            ASSENT_DATABASE_URL: database.url,
            ASSENT_NODE_NAME: name,
            ASSENT_PARTICIPANTS: `inventory=${participant.url}`,
            ASSENT_NATS_URL: server.url,
          });
          nodes.push(node);
          participant.key = node.key('inventory');
          return node;
        };
        const first = await start('first');
        await start('second');
        await server.kill('SIGKILL');
        const gids = Array.from({ length: 10 }, () => randomUUID());
        await Promise.all(gids.map((gid) => first.post('/v1/transactions', saga(gid))));
        await first.stop();
        nodes.splice(nodes.indexOf(first), 1);
        await server.restart();
        await until('they are published', async () => (await countIn(server)) === 20, 30_000);
        expect([...stories((await eventsIn(server)).values()).keys()].toSorted()).toEqual(gids.toSorted());
      } finally {
        for (const node of nodes) await node.stop();
        await participant.stop();
        await server.stop();
        await database.drop();
        folder.remove();
      }
    }, 60_000);
  });
});
