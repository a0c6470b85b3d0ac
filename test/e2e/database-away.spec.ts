/** The database goes away and comes back: 503 and not ready meanwhile, and nobody has to restart anything. */
import { randomUUID } from 'node:crypto';
import { describeOnMariadb } from '../support/databases.js';
import { type MariadbServer, startMariadb } from '../support/mariadb.js';
import { startCoordinator, type TestCoordinator, type TestFolder, testFolder, until } from './support/coordinators.js';
import { ScriptedParticipant } from './support/scripted-participant.js';

const LEASE_MS = '1500';

describeOnMariadb('While the database is away', () => {
  let folder: TestFolder;
  let participant: ScriptedParticipant;
  let server: MariadbServer;
  let assent: TestCoordinator | undefined;

  beforeAll(async () => {
    folder = testFolder();
    participant = await ScriptedParticipant.start();
    server = await startMariadb();
  });
  afterEach(async () => {
    await assent?.stop();
    assent = undefined;
    participant.reset();
  });
  afterAll(async () => {
    await participant.stop();
    await server.stop();
    folder.remove();
  });

  const environment = (database: string) => ({
    ASSENT_DATABASE_URL: `${server.url}/${database}`,
    ASSENT_PARTICIPANTS: `inventory=${participant.url}`,
    ASSENT_LEASE_MS: LEASE_MS,
  });
  const saga = (gid: string) => ({ gid, pattern: 'saga', branches: [{ contract: 'inventory.deduct' }] });
  const isReady = (coordinator: TestCoordinator) => async () => (await coordinator.get('/health/ready')).status === 200;

  async function restartServer(): Promise<void> {
    server = await startMariadb({ port: server.port, dataDir: server.dataDir });
  }

  it('a coordinator starts, says what it waits for, and is ready when the database is', async () => {
    await server.kill();
    assent = await startCoordinator(folder, environment('starts_without'), 'listening');
    const started = assent;
    expect((await started.get('/health/live')).status).toBe(200);
    await until('it knows that the database is away', async () => (await started.get('/health/ready')).body.reason === 'store_unavailable');
    expect((await started.get('/health/ready')).status).toBe(503);
    const gid = randomUUID();
    const answers = [
      await started.post('/v1/transactions', saga(gid)),
      await started.get(`/v1/transactions/${gid}`),
      await started.get(`/v1/transactions/${gid}/wait`),
      await started.post(`/v1/transactions/${gid}/abort`, {}),
      await started.post(`/v1/transactions/${gid}/submit`, { branches: [] }),
      await started.post(`/v1/transactions/${gid}/branches`, { contract: 'inventory.reserve' }),
    ];
    for (const { status, body, headers } of answers) {
      expect([status, body.code]).toEqual([503, 'store_unavailable']);
      expect(headers['retry-after']).toMatch(/^[1-9]/);
    }
    await restartServer();
    await until('it is ready', isReady(started), 20_000);
    participant.key = started.key('inventory');
    const { status, body } = await started.post('/v1/transactions', { ...saga(gid), wait: 'final' });
    expect([status, body.status]).toEqual([200, 'committed']);
  }, 60_000);

  it('what was accepted before goes on by itself after it came back', async () => {
    assent = await startCoordinator(folder, environment('goes_on'));
    const started = assent;
    participant.key = started.key('inventory');
    const gid = randomUUID();
    let release: () => void = () => undefined;
    const after = new Promise<void>((resolve) => {
      release = resolve;
    });
    participant.on('inventory.deduct', 'action', () => ({ status: 204, after }));
    await started.post('/v1/transactions', saga(gid));
    await until('the step is called', () => participant.heard(gid).length > 0);
    await server.kill();
    release();
    await until('it is not ready', async () => (await started.get('/health/ready')).status === 503);
    const refused = await started.post('/v1/transactions', saga(randomUUID()));
    expect(refused.status).toBe(503);
    expect(['store_unavailable', 'outcome_unknown', 'not_ready']).toContain(refused.body.code);
    const unread = await started.get(`/v1/transactions/${randomUUID()}`);
    expect([unread.status, unread.body.code]).toEqual([503, 'store_unavailable']);
    expect((await started.get('/health/live')).status).toBe(200);
    await restartServer();
    await until('it is ready', isReady(started), 20_000);
    const { status, body } = await started.get(`/v1/transactions/${gid}/wait?timeoutMs=20000`);
    expect([status, body.status]).toEqual([200, 'committed']);
    const { body: fresh } = await started.post('/v1/transactions', { ...saga(randomUUID()), wait: 'final', timeoutMs: 10_000 });
    expect(fresh.status).toBe('committed');
  }, 60_000);
});
