import { jetstreamManager } from '@nats-io/jetstream';
import { startHangingUp } from '../../../test/support/hanging-up.js';
import { describeOnNats, type NatsServer, startNats } from '../../../test/support/nats.js';
import { EVENT_STREAM, EVENT_SUBJECTS, ensureEventStream, NatsBrokenError, NatsClient, NatsClosedError } from '../src/index.js';

async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describeOnNats('a connection to NATS', () => {
  let server: NatsServer;
  let client: NatsClient;
  let changes: string[];

  beforeEach(async () => {
    server = await startNats();
    changes = [];
    const onChange = (state: string) => void changes.push(state);
    client = NatsClient.open({ address: { servers: [`127.0.0.1:${server.port}`] }, name: 'test', onChange });
  });
  afterEach(async () => {
    await client.close();
    await server.stop();
  });

  it('comes back by itself, and says so', async () => {
    await client.connection();
    await server.kill('SIGKILL');
    await until('it is known to be away', () => !client.connected);
    await server.restart();
    await until('it is back', () => client.connected);
    expect(changes).toEqual(['connected', 'disconnected', 'connected']);
  });

  it('lets nobody wait for what a broken one will never answer', async () => {
    await client.connection();
    const never = client.untilBroken(new Promise<never>(() => undefined));
    const refused = expect(never).rejects.toThrow(NatsBrokenError);
    await server.kill('SIGKILL');
    await refused;
    expect(await client.untilBroken(Promise.resolve('answered before'))).toBe('answered before');
  });

  it('gives one stream to all who ask for it, however many at once', async () => {
    const manager = await jetstreamManager(await client.connection());
    const names = await Promise.all([1, 2, 3].map((days) => ensureEventStream(manager, { maxAgeMs: days * 86_400_000 })));
    expect(new Set(names)).toEqual(new Set([EVENT_STREAM]));
  });

  it('gives the stream that somebody else has made between the look and the making', async () => {
    const manager = await jetstreamManager(await client.connection());
    const { streams } = manager;
    const look = streams.names.bind(streams);
    jest.spyOn(streams, 'names').mockImplementationOnce(() => look('of.no.stream'));
    await streams.add({ name: 'BY_HAND', subjects: [EVENT_SUBJECTS] });
    expect(await ensureEventStream(manager)).toBe('BY_HAND');
  });
});

describe('a connection that never came about', () => {
  it('is complained of once, however often it is tried', async () => {
    const changes: string[] = [];
    const server = await startHangingUp();
    const onChange = (state: string) => void changes.push(state);
    const client = NatsClient.open({ address: { servers: [`127.0.0.1:${server.port}`] }, name: 'test', onChange });
    client.connection().catch(() => undefined);
    await until('it is tried a third time', () => server.tries() >= 3);
    await client.close();
    await server.close();
    expect(changes).toEqual(['disconnected']);
  });

  it('ends when it is closed, and tells whoever waited', async () => {
    const client = NatsClient.open({ address: { servers: ['127.0.0.1:1'] }, name: 'test' });
    const waiting = client.connection();
    await client.close();
    await expect(waiting).rejects.toThrow(NatsClosedError);
  });
});
