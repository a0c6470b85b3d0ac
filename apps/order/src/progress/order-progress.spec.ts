/** Orders that follow the events of their transactions. */
import { ensureEventStream } from '@assent/nats';
import type { Status, TransactionEvent } from '@assent/protocol';
import { createService } from '@assent/service';
import { aTransaction, createSqliteDatabase, ScriptedCoordinator, type TemporaryDatabase } from '@assent/testing';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createTestDatabase, describeOnMariadb } from '../../../../test/support/databases.js';
import { describeOnNats, type NatsServer, startNats } from '../../../../test/support/nats.js';
import { orderWith } from '../order.module.js';

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`it did not come about within 20 s that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function followedOrders(openDatabase: () => Promise<TemporaryDatabase>): void {
  let server: NatsServer;
  let database: TemporaryDatabase;
  let coordinator: ScriptedCoordinator;
  let app: NestFastifyApplication;
  let baseUrl: string;

  beforeEach(async () => {
    server = await startNats();
    database = await openDatabase();
    coordinator = new ScriptedCoordinator();
    const coordinatorUrl = await coordinator.start();
    const nats = { servers: [`127.0.0.1:${server.port}`] };
    const options = { databaseUrl: database.url, coordinatorUrl, waitMs: 0, reconcileMs: 3_600_000, nats };
    app = await createService(orderWith(options), null);
    await app.listen(0, '127.0.0.1');
    baseUrl = await app.getUrl();
  });
  afterEach(async () => {
    await coordinator.stop();
    await app.close();
    await database.drop();
    await server.stop();
  });

  async function placed(): Promise<{ readonly id: string; readonly gid: string }> {
    coordinator.willAnswer({ status: 202, body: aTransaction('active') });
    const order = { mode: 'tcc', account: 'ann', lines: [{ sku: 'tea', quantity: 2 }] };
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'k1' };
    const answer = await fetch(`${baseUrl}/orders`, { method: 'POST', headers, body: JSON.stringify(order) });
    expect(answer.status).toBe(202);
    return (await answer.json()) as { id: string; gid: string };
  }

  const read = async (path: string) => (await (await fetch(`${baseUrl}${path}`)).json()) as Record<string, unknown>;

  async function tell(gid: string, version: number, status: Status, more: Partial<TransactionEvent> = {}): Promise<void> {
    const connection = await connect({ servers: [`127.0.0.1:${server.port}`] });
    try {
      await ensureEventStream(await jetstreamManager(connection));
      const event = { gid, version, name: 'checkout', status, atMs: 1_764_000_000_000 + version, decision: null, parked: [], ...more };
      await jetstream(connection).publish(`assent.tx.checkout.${status}`, JSON.stringify(event), {
        msgID: `${gid}:${version}`,
        retries: 20,
      });
    } finally {
      await connection.close();
    }
  }

  it('are confirmed by an event, although nobody waited for their decision', async () => {
    const { id, gid } = await placed();
    await tell(gid, 1, 'active');
    await tell(gid, 2, 'committed');
    await until('the order is confirmed', async () => (await read(`/orders/${id}`)).status === 'confirmed');
    expect(await read(`/orders/${id}/progress`)).toEqual({
      gid,
      version: 2,
      status: 'committed',
      parked: [],
      toldAt: '2025-11-24T16:00:00.002Z',
    });
  });

  it('show why they were refused, and what of them waits for a person', async () => {
    const { id, gid } = await placed();
    const reason = { branch: 'payment.freeze', code: 'INSUFFICIENT_FUNDS', message: 'balance 12.00' };
    const parked = [{ branch: 'inventory.reserve', participant: 'inventory', code: 'attempts_exhausted' }];
    await tell(gid, 4, 'aborting', { decision: { kind: 'abort', atMs: 5, reason }, parked });
    await until('the order is refused', async () => (await read(`/orders/${id}`)).status === 'refused');
    expect(await read(`/orders/${id}`)).toMatchObject({ refusal: { code: 'INSUFFICIENT_FUNDS' } });
    expect(await read(`/orders/${id}/progress`)).toMatchObject({ status: 'aborting', parked });
  });

  it('do not go back when an older event comes late', async () => {
    const { id, gid } = await placed();
    await tell(gid, 3, 'committed');
    await until('it has been told', async () => (await read(`/orders/${id}/progress`)).version === 3);
    await tell(gid, 1, 'active');
    await tell('another', 1, 'active');
    await tell(gid, 4, 'committed', { mixed: true });
    await until('all have been told', async () => (await read(`/orders/${id}/progress`)).version === 4);
    expect(await read(`/orders/${id}`)).toMatchObject({ status: 'confirmed' });
  });

  it('have nothing to show before an event has come', async () => {
    const { id } = await placed();
    expect(await read(`/orders/${id}/progress`)).toMatchObject({ status: 404, code: 'nothing_told' });
    expect(await read('/orders/nobody/progress')).toMatchObject({ status: 404, code: 'unknown_order' });
  });
}

describeOnNats('orders that follow their events', () => {
  describe('on SQLite', () => followedOrders(createSqliteDatabase));
  describeOnMariadb('on MariaDB', () => followedOrders(() => createTestDatabase('assent_order')));
});
