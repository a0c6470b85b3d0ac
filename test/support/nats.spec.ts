import { connect } from '@nats-io/transport-node';
import { describeOnNats, type NatsServer, startNats } from './nats.js';

describeOnNats('a private NATS server', () => {
  let server: NatsServer;
  beforeAll(async () => {
    server = await startNats();
  });
  afterAll(() => server.stop());

  it('answers, with JetStream, and again on the same port after it was killed', async () => {
    const about = async () => {
      const connection = await connect({ servers: server.url, noAsyncTraces: true });
      const info = connection.info;
      await connection.close();
      return info;
    };
    const before = await about();
    await server.kill();
    await expect(about()).rejects.toThrow();
    await server.restart();
    const after = await about();
    expect([before?.jetstream, after?.jetstream, before?.server_id === after?.server_id]).toEqual([true, true, false]);
  });
});
