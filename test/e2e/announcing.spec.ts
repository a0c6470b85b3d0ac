/** A service written with the library announces itself, over REST and over NATS, to coordinators that share what they hear. */
import { randomUUID } from 'node:crypto';
import { type BranchServing, createService, readNatsUrl } from '@assent/service';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { inventoryWith } from '../../apps/inventory/src/inventory.module.js';
import { createTestDatabase, mariadbUrl, type TestDatabase } from '../support/databases.js';
import { freePort } from '../support/mariadb.js';
import { type NatsServer, natsIsInstalled, startNats } from '../support/nats.js';
import { startCoordinator, type TestCoordinator, type TestFolder, testFolder, until } from './support/coordinators.js';

const suite = natsIsInstalled() && mariadbUrl !== null ? describe : describe.skip;

suite('A service that announces itself', () => {
  let folder: TestFolder;
  let nats: NatsServer;
  let databases: TestDatabase[];
  let nodes: TestCoordinator[];
  let service: NestFastifyApplication | null;

  beforeEach(async () => {
    folder = testFolder();
    nats = await startNats();
    databases = [await createTestDatabase(), await createTestDatabase()];
    nodes = [await start('a'), await start('b')];
    service = null;
  });
  afterEach(async () => {
    await service?.close();
    for (const node of nodes) await node.stop();
    await nats.stop();
    for (const database of databases) await database.drop();
    folder.remove();
  });

  function start(name: string): Promise<TestCoordinator> {
    return startCoordinator(folder, {
      ASSENT_NODE_NAME: name,
      ASSENT_DATABASE_URL: databases[0]?.url ?? '',
      ASSENT_PARTICIPANTS: 'inventory=registry:',
      ASSENT_NATS_URL: nats.url,
      ASSENT_REGISTRY_SILENT_MS: '2000',
    });
  }

  async function serve(port: number, serving: BranchServing): Promise<void> {
    const key = nodes[0]?.key('inventory') ?? '';
    service = await createService(inventoryWith({ databaseUrl: databases[1]?.url ?? '', key, serving }), null);
    await service.listen(port, '127.0.0.1');
    const stocked = await fetch(`${await service.getUrl()}/stock/tea`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: '{"available":10}',
    });
    expect(stocked.ok).toBe(true);
  }

  const registryAt = async (node: number) =>
    (await nodes[node]?.get('/v1/registry'))?.body as unknown as Record<string, Record<string, unknown>[]>;
  const isKnownAt = (node: number) => until(`node ${node} knows it`, async () => (await registryAt(node)).instances?.[0]?.state === 'up');
  const orderAt = (node: number) =>
    nodes[node]?.post('/v1/transactions', {
      gid: randomUUID(),
      pattern: 'tcc',
      branches: [{ id: 'goods', contract: 'inventory.reserve', payload: { lines: [{ sku: 'tea', quantity: 1 }] } }],
      wait: 'final',
      timeoutMs: 10_000,
    });

  it('over REST is called over HTTP by every node, and is gone when it has said goodbye', async () => {
    const port = await freePort();
    const endpoint = `http://127.0.0.1:${port}`;
    await serve(port, { http: 'served', announce: { coordinators: ['http://127.0.0.1:1', nodes[0]?.url ?? ''], endpoints: [endpoint] } });
    for (const node of [0, 1]) await isKnownAt(node);
    expect((await registryAt(0)).contracts).toMatchObject([
      { name: 'inventory.deduct', state: 'up', endpoints: [endpoint] },
      { name: 'inventory.reserve', state: 'up', endpoints: [endpoint] },
    ]);
    const [announced] = ((await registryAt(0)).instances?.[0]?.contracts ?? []) as { ops: string[]; schemaHash: string }[];
    expect(announced?.schemaHash).toMatch(/^[0-9a-f]{64}$/);
    expect(announced?.ops.length).toBeGreaterThan(1);
    for (const node of [0, 1]) expect((await orderAt(node))?.body.status).toBe('committed');
    await service?.close();
    service = null;
    for (const node of [0, 1]) await until('it is gone', async () => (await registryAt(node)).instances?.length === 0);
  });

  it('over NATS is called over NATS, keeps beating, and is called while NATS is away only as long as it must wait', async () => {
    const read = readNatsUrl(nats.url);
    if ('problem' in read) throw new Error(read.problem);
    await serve(0, { http: 'off', nats: read.value, announce: { coordinators: [], endpoints: ['nats:'] } });
    for (const node of [0, 1]) await isKnownAt(node);
    for (const node of [0, 1]) expect((await orderAt(node))?.body.status).toBe('committed');
    const seen = async () => Date.parse(String((await registryAt(1)).instances?.[0]?.seenAt));
    const first = await seen();
    await until('it has beaten again', async () => (await seen()) > first);
    await nats.kill();
    const placed = orderAt(0);
    await nats.restart();
    expect((await placed)?.body.status).toBe('committed');
  });
});
