/** Participants that announce themselves: who is heard, who gets calls, and what is seen of it. */
import { randomUUID } from 'node:crypto';
import { makeParticipantKey } from '@assent/transport';
import { announce, announcementOf, sendAnnouncement, signedAnnouncement } from './support/announcer.js';
import { startCoordinator, type TestCoordinator, type TestFolder, testFolder, until } from './support/coordinators.js';
import { ScriptedParticipant } from './support/scripted-participant.js';

/** Nobody falls silent by this while a test is slow. */
const SILENT_MS = 60_000;
/** For what is about silence. */
const SOON_SILENT_MS = 1_000;

describe('A participant that announces itself', () => {
  let folder: TestFolder;
  let coordinator: TestCoordinator;
  let instances: ScriptedParticipant[];
  let key: string;

  const start = (silentMs = SILENT_MS) =>
    startCoordinator(folder, {
      ASSENT_PARTICIPANTS: 'inventory=registry:,payment=registry:',
      ASSENT_REGISTRY_SILENT_MS: String(silentMs),
      ASSENT_REGISTRY_HOSTS: '10.0.0.0/8',
    });

  beforeEach(async () => {
    folder = testFolder();
    instances = [await ScriptedParticipant.start(), await ScriptedParticipant.start()];
    coordinator = await start();
    key = coordinator.key('inventory');
    for (const instance of instances) instance.key = key;
  });
  const startAgain = async (silentMs?: number) => {
    await coordinator.stop();
    coordinator = await start(silentMs);
  };
  afterEach(async () => {
    await coordinator.stop();
    for (const instance of instances) await instance.stop();
    folder.remove();
  });

  const begin = (wait: 'final' | 'accepted' = 'final') => {
    const gid = randomUUID();
    const branches = [{ id: 'one', contract: 'inventory.reserve' }];
    return coordinator.post('/v1/transactions', { gid, pattern: 'tcc', branches, ...(wait === 'final' && { wait, timeoutMs: 10_000 }) });
  };
  const instance = (at: number) => ({ instance: `i-${at}`, endpoints: [instances[at]?.url ?? ''] });
  const registry = async () => (await coordinator.get('/v1/registry')).body as unknown as Record<string, Record<string, unknown>[]>;

  it('is called where it is, at all of its instances', async () => {
    for (const at of [0, 1]) {
      const heard = await announce(coordinator.url, key, announcementOf(instance(at)));
      expect([heard.status, heard.body]).toEqual([
        200,
        { heartbeatMs: Math.floor(SILENT_MS / 3), contracts: [{ name: 'inventory.reserve', state: 'up' }] },
      ]);
    }
    const ends = await Promise.all(Array.from({ length: 20 }, () => begin()));
    expect(ends.map(({ body }) => body.status)).toEqual(Array(20).fill('committed'));
    expect(instances.every((one) => one.calls.length > 5)).toBe(true);
    const { contracts, instances: shown, missing } = await registry();
    expect(contracts).toMatchObject([{ name: 'inventory.reserve', state: 'up', service: 'shop-inventory', version: '1.0.0' }]);
    expect(contracts?.[0]?.endpoints).toEqual(instances.map(({ url }) => url));
    expect(shown?.map(({ state }) => state)).toEqual(['up', 'up']);
    expect(missing).toEqual(['payment']);
  });

  it('loses no transaction when one instance is killed, and the other is still there', async () => {
    for (const at of [0, 1]) await announce(coordinator.url, key, announcementOf(instance(at)));
    await begin();
    await instances[0]?.stop();
    const ends = await Promise.all(Array.from({ length: 20 }, () => begin()));
    expect(ends.map(({ body }) => body.status)).toEqual(Array(20).fill('committed'));
  });

  it('gets no calls any more when it is silent, when it has left, and again when it is back; what waits is seen', async () => {
    await startAgain(SOON_SILENT_MS);
    await announce(coordinator.url, key, announcementOf(instance(0)));
    await until('it is silent', async () => (await registry()).instances?.[0]?.state === 'silent');
    expect((await registry()).contracts).toMatchObject([{ name: 'inventory.reserve', state: 'unserved', endpoints: [] }]);
    const waiting = await begin('accepted');
    const branch = async () => {
      const { body } = await coordinator.get(`/v1/transactions/${String(waiting.body.gid)}`);
      return (body.branches as unknown as { attention: string; problem?: { code: string } }[])[0];
    };
    await until('it is seen to wait', async () => JSON.stringify(await branch()).includes('contract_unserved'));
    await announce(coordinator.url, key, announcementOf(instance(0)));
    await until('it is committed', async () => {
      await announce(coordinator.url, key, announcementOf(instance(0)));
      return (await coordinator.get(`/v1/transactions/${String(waiting.body.gid)}`)).body.status === ('committed' as never);
    });
    const left = await announce(coordinator.url, key, announcementOf({ ...instance(0), state: 'leaving' }));
    expect([left.status, (await registry()).instances]).toEqual([200, []]);
  });

  it('is remembered over a restart, so that calls go on at once', async () => {
    await announce(coordinator.url, key, announcementOf(instance(0)));
    await startAgain();
    expect((await begin()).body.status).toBe('committed');
  });

  it('is in conflict and gets no traffic when another service has its contract', async () => {
    await announce(coordinator.url, key, announcementOf(instance(0)));
    const second = await announce(coordinator.url, key, announcementOf({ ...instance(1), service: 'copied-by-mistake' }));
    expect(second.body.contracts).toMatchObject([{ state: 'in_conflict', detail: expect.stringContaining('shop-inventory') }]);
    await Promise.all(Array.from({ length: 10 }, () => begin()));
    expect(instances[1]?.calls).toEqual([]);
    expect((await registry()).instances?.map(({ instance: name, state }) => [name, state])).toEqual([
      ['i-0', 'up'],
      ['i-1', 'in_conflict'],
    ]);
  });

  it('is in conflict with itself when one version says two things, and not when a newer version says something new', async () => {
    const other = [{ name: 'inventory.reserve', ops: ['cancel', 'confirm', 'try'], schemaHash: 'b'.repeat(64) }];
    await announce(coordinator.url, key, announcementOf(instance(0)));
    const same = await announce(coordinator.url, key, announcementOf({ ...instance(1), contracts: other }));
    expect(same.body.contracts).toMatchObject([{ state: 'in_conflict' }]);
    const newer = await announce(coordinator.url, key, announcementOf({ ...instance(1), contracts: other, version: '1.1.0' }));
    expect(newer.body.contracts).toMatchObject([{ state: 'up' }]);
    expect((await registry()).instances?.map(({ state }) => state)).toEqual(['up', 'up']);
  });

  it.each([
    ['with the key of another', () => makeParticipantKey(), {}, 401, 'announcement_not_signed'],
    ['for somebody who is not configured', () => key, { participant: 'warehouse' }, 401, 'announcement_not_signed'],
    [
      'of a name of another',
      () => key,
      { contracts: [{ name: 'payment.charge', ops: ['action'], schemaHash: null }] },
      403,
      'not_your_name',
    ],
    [
      'of a name that is only a prefix',
      () => key,
      { contracts: [{ name: 'inventory.', ops: ['try'], schemaHash: null }] },
      403,
      'not_your_name',
    ],
    ['of a metadata service', () => key, { endpoints: ['http://169.254.169.254/'] }, 422, 'endpoint_not_allowed'],
    ['of a host that is not in the list', () => key, { endpoints: ['http://evil.example/'] }, 422, 'endpoint_not_allowed'],
    ['of an address outside the networks', () => key, { endpoints: ['http://11.0.0.1:80'] }, 422, 'endpoint_not_allowed'],
    ['of something that is no base URL', () => key, { endpoints: ['ftp://10.0.0.1'] }, 422, 'endpoint_not_allowed'],
    ['without contracts', () => key, { contracts: [] }, 422, 'invalid_request'],
    ['with something nobody knows', () => key, { admin: true }, 422, 'invalid_request'],
  ])('is not heard %s', async (_what, signedBy, of, status, code) => {
    const heard = await announce(coordinator.url, signedBy(), announcementOf(of));
    expect([heard.status, heard.body.code]).toEqual([status, code]);
    expect((await registry()).instances).toEqual([]);
  });

  it('is not heard when its announcement is replayed later, or changed on its way', async () => {
    const old = await announce(coordinator.url, key, announcementOf(instance(0)), new Date(Date.now() - 400_000));
    const said = announcementOf(instance(0));
    const changed = await announce(coordinator.url, key, said, new Date(), { ...said, endpoints: [instances[1]?.url] });
    expect([old.status, changed.status]).toEqual([401, 401]);
    expect((await registry()).instances).toEqual([]);
  });

  it('is not moved back to where it was by an announcement that was captured while it was there', async () => {
    const at = (seconds: number) => new Date(Date.now() + seconds * 1_000);
    const before = signedAnnouncement(key, announcementOf(instance(0)), at(-10));
    const moved = announcementOf({ ...instance(1), instance: 'i-0' });
    expect((await sendAnnouncement(coordinator.url, before)).status).toBe(200);
    expect((await announce(coordinator.url, key, moved, at(-5))).status).toBe(200);
    const replayed = await sendAnnouncement(coordinator.url, before);
    const neverHeard = await announce(coordinator.url, key, announcementOf(instance(0)), at(-8));
    expect([replayed, neverHeard].map(({ status, body }) => [status, body.code])).toEqual(Array(2).fill([409, 'announcement_repeated']));
    expect((await registry()).contracts?.[0]?.endpoints).toEqual([instances[1]?.url]);
  });

  it('is not brought back after it has left, by any announcement that was captured; and comes back by a new one', async () => {
    const now = new Date();
    const up = signedAnnouncement(key, announcementOf(instance(0)), now);
    const leaving = signedAnnouncement(key, announcementOf({ ...instance(0), state: 'leaving' }), now);
    for (const said of [up, leaving]) expect((await sendAnnouncement(coordinator.url, said)).status).toBe(200);
    await startAgain();
    for (const said of [up, leaving]) expect((await sendAnnouncement(coordinator.url, said)).body.code).toBe('announcement_repeated');
    expect((await registry()).instances).toEqual([]);
    expect((await announce(coordinator.url, key, announcementOf(instance(0)), now)).status).toBe(200);
    expect((await registry()).instances?.map(({ state }) => state)).toEqual(['up']);
  });

  it('is not kept in the registry, once it is gone, by its last announcement', async () => {
    await startAgain(SOON_SILENT_MS);
    const last = signedAnnouncement(key, announcementOf(instance(0)));
    await sendAnnouncement(coordinator.url, last);
    await until('it is silent although somebody says it again and again', async () => {
      await sendAnnouncement(coordinator.url, last);
      return (await registry()).instances?.[0]?.state === 'silent';
    });
  });

  it('cannot be called like the events', async () => {
    await coordinator.stop();
    coordinator = await startCoordinator(folder, { ASSENT_PARTICIPANTS: 'tx=http://127.0.0.1:1' });
    const contracts = [{ name: 'tx.reserve', ops: ['try'], schemaHash: null }];
    const heard = await announce(
      coordinator.url,
      coordinator.key('tx'),
      announcementOf({ participant: 'tx', contracts, endpoints: ['nats:'] }),
    );
    expect([heard.status, heard.body.code, heard.body.pointer]).toEqual([422, 'name_reserved', '/participant']);
  });

  it('may announce an address inside the networks that are permitted', async () => {
    expect((await announce(coordinator.url, key, announcementOf({ endpoints: ['http://10.1.2.3:4102', 'nats:'] }))).status).toBe(200);
  });
});
