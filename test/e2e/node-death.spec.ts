/** Coordinators as processes on one database: one is killed, or stopped for longer than its lease. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeOnMariadb } from '../support/databases.js';
import { freePort } from '../support/mariadb.js';
import { CoordinatorProcess } from './support/coordinator-process.js';
import { type TestFolder, testFolder, until } from './support/coordinators.js';
import { ScriptedParticipant } from './support/scripted-participant.js';
import { SharedDatabase } from './support/shared-database.js';

const LEASE_MS = 3_000;
/** What is promised: a node that is gone, and one that is stopped or cut off and may still have calls in the air. */
const TAKEOVER_MS = { killed: LEASE_MS * 1.25 + 1_000, stopped: LEASE_MS * 2.25 + 1_000 };

describeOnMariadb('A coordinator beside another', () => {
  let folder: TestFolder;
  let participant: ScriptedParticipant;
  let database: SharedDatabase;
  let running: readonly CoordinatorProcess[];

  beforeEach(async () => {
    folder = testFolder();
    participant = await ScriptedParticipant.start();
    database = await SharedDatabase.create();
    running = await Promise.all(['a', 'b'].map(spawn));
    await Promise.all(running.map((node) => node.ready()));
    participant.key = (JSON.parse(readFileSync(join(folder.path, 'keys.json'), 'utf8')) as { inventory: string }).inventory;
  });
  afterEach(async () => {
    for (const node of running) {
      node.signal('SIGKILL');
      await node.ended;
    }
    await participant.stop();
    await database.drop();
    folder.remove();
  });

  async function spawn(name: string): Promise<CoordinatorProcess> {
    return CoordinatorProcess.spawn(folder, await freePort(), {
      ASSENT_DATABASE_URL: database.url,
      ASSENT_NODE_NAME: name,
      ASSENT_LEASE_MS: String(LEASE_MS),
      ASSENT_PARTICIPANTS: `inventory=${participant.url}`,
    });
  }

  const saga = (gid: string) => ({ gid, pattern: 'saga', branches: [{ contract: 'inventory.deduct' }] });

  /** Begins sagas at one node, whose steps it has called, and nobody answers before `release`. */
  async function inTheAir(node: CoordinatorProcess, count: number): Promise<{ readonly gids: readonly string[]; release(): void }> {
    let release: () => void = () => undefined;
    const after = new Promise<void>((resolve) => {
      release = resolve;
    });
    participant.on('inventory.deduct', 'action', () => ({ status: 204, after }));
    const gids = Array.from({ length: count }, () => randomUUID()).sort();
    await Promise.all(gids.map((gid) => node.post('/v1/transactions', saga(gid))));
    await until('the steps are called', () => gids.every((gid) => participant.heard(gid).length === 1));
    return { gids, release };
  }

  async function isOwnerOfNone(owner: string | null, gids: readonly string[]): Promise<boolean> {
    return (await database.rows(gids)).every((row) => row.owner !== owner);
  }

  it('goes on with what that drove when it is killed, within 1.25 leases and a second', async () => {
    const [a, b] = running as [CoordinatorProcess, CoordinatorProcess];
    const { gids, release } = await inTheAir(a, 50);
    const owner = (await database.rows(gids))[0]!.owner;
    a.signal('SIGKILL');
    await until('another node drives them', () => isOwnerOfNone(owner, gids), TAKEOVER_MS.killed);
    release();
    await until('all are committed', () => database.areAll('committed', gids));
    expect((await b.get(`/v1/transactions/${gids[0]}`)).body.status).toBe('committed');
    for (const gid of gids) expect(new Set(participant.heard(gid))).toEqual(new Set(['inventory.deduct action']));
  });

  it('loses nothing to one that was stopped for longer than its lease, goes on, and changes nothing', async () => {
    const [a] = running as [CoordinatorProcess, CoordinatorProcess];
    const { gids, release } = await inTheAir(a, 20);
    const owner = (await database.rows(gids))[0]!.owner;
    a.signal('SIGSTOP');
    await until('another node drives them', () => isOwnerOfNone(owner, gids), TAKEOVER_MS.stopped);
    release();
    await until('all are committed', () => database.areAll('committed', gids));
    const before = await database.rows(gids);
    a.signal('SIGCONT');
    await until('it has begun again as a new incarnation', async () =>
      (await database.nodes()).some(({ name, state, incarnation }) => name === 'a' && state === 'alive' && incarnation !== owner),
    );
    await a.ready();
    expect((await database.nodes()).find(({ incarnation }) => incarnation === owner)?.state).toBe('dead');
    expect(await database.rows(gids)).toEqual(before);
    const { body } = await a.post('/v1/transactions', { ...saga(randomUUID()), wait: 'final' });
    expect(body.status).toBe('committed');
  });
});
