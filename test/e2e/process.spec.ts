/** The coordinator as a process: how it starts, what it says when it cannot, how it goes down, and what a crash leaves. */
import { randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../support/mariadb.js';
import { CoordinatorProcess } from './support/coordinator-process.js';
import { type TestFolder, testFolder, until } from './support/coordinators.js';
import { ScriptedParticipant } from './support/scripted-participant.js';

describe('A coordinator process', () => {
  let folder: TestFolder;
  let participant: ScriptedParticipant;
  let port: number;
  const running: CoordinatorProcess[] = [];

  beforeEach(async () => {
    folder = testFolder();
    participant = await ScriptedParticipant.start();
    port = await freePort();
  });
  afterEach(async () => {
    for (const process of running.splice(0)) {
      process.signal('SIGKILL');
      await process.ended;
    }
    await participant.stop();
    folder.remove();
  });

  function start(environment: Record<string, string> = {}): CoordinatorProcess {
    const process = CoordinatorProcess.spawn(folder, port, { ASSENT_PARTICIPANTS: `inventory=${participant.url}`, ...environment });
    running.push(process);
    return process;
  }

  async function startReady(environment: Record<string, string> = {}): Promise<CoordinatorProcess> {
    const process = start(environment);
    await process.ready();
    participant.key = (JSON.parse(readFileSync(join(folder.path, 'keys.json'), 'utf8')) as { inventory: string }).inventory;
    return process;
  }

  const saga = (gid: string) => ({ gid, pattern: 'saga', branches: [{ contract: 'inventory.deduct' }] });

  /** Begins a saga whose step is called, and answers only when `release` is called. */
  async function inTheMiddle(process: CoordinatorProcess): Promise<{ readonly gid: string; release(): void }> {
    const gid = randomUUID();
    let release: () => void = () => undefined;
    const after = new Promise<void>((resolve) => {
      release = resolve;
    });
    participant.on('inventory.deduct', 'action', () => ({ status: 204, after }));
    await process.post('/v1/transactions', saga(gid));
    await until('the step is called', () => participant.heard(gid).length === 1);
    return { gid, release };
  }

  it('makes a key for a participant at its first start, keeps it, and shows it to its owner only', async () => {
    const first = await startReady();
    const { key } = participant;
    expect(key).toMatch(/^whsec_/);
    expect(statSync(join(folder.path, 'keys.json')).mode & 0o777).toBe(0o600);
    first.signal('SIGTERM');
    expect(await first.ended).toBe(0);
    const second = await startReady();
    expect(participant.key).toBe(key);
    const { body } = await second.post('/v1/transactions', { ...saga(randomUUID()), wait: 'final' });
    expect(body.status).toBe('committed');
    expect(second.output + first.output).not.toContain(key);
  });

  it('lets a call in the air end when it is told to stop, and exits with 0', async () => {
    const process = await startReady();
    const { gid, release } = await inTheMiddle(process);
    process.signal('SIGTERM');
    await until('it is draining', async () => (await process.get('/health/ready')).body.reason === 'draining');
    const refused = await process.post('/v1/transactions', saga(randomUUID()));
    expect([refused.status, refused.body.code, refused.headers['retry-after']]).toEqual([503, 'draining', '1']);
    release();
    expect(await process.ended).toBe(0);
    const next = await startReady();
    const { body } = await next.get(`/v1/transactions/${gid}/wait`);
    expect(body.status).toBe('committed');
    expect(participant.heard(gid)).toEqual(['inventory.deduct action']);
  });

  it('goes at once when it is told twice', async () => {
    const process = await startReady({ ASSENT_DRAIN_MS: '60000' });
    const { release } = await inTheMiddle(process);
    process.signal('SIGINT');
    await until('it is draining', async () => (await process.get('/health/ready')).body.reason === 'draining');
    process.signal('SIGINT');
    expect(await process.ended).toBe(1);
    release();
  });

  it('finishes after a kill -9 what it had accepted', async () => {
    const process = await startReady();
    const { gid, release } = await inTheMiddle(process);
    process.signal('SIGKILL');
    await process.ended;
    release();
    const next = await startReady();
    const { body } = await next.get(`/v1/transactions/${gid}/wait`);
    expect(body.status).toBe('committed');
  });

  it('lists everything that is wrong with its configuration, and does not start', async () => {
    const process = start({ ASSENT_HTTP_HOST: '0.0.0.0', ASSENT_LEASE_MS: 'long', ASSENT_PARTICIPANTS: 'inventory' });
    expect(await process.ended).toBe(1);
    for (const variable of ['ASSENT_HTTP_HOST', 'ASSENT_LEASE_MS', 'ASSENT_PARTICIPANTS']) expect(process.complaints).toContain(variable);
    expect(process.complaints).not.toMatch(/\n\s+at /);
  });

  it('says in one line that its port is in use', async () => {
    await startReady();
    const second = start({ ASSENT_DATABASE_URL: `sqlite:${join(folder.path, 'other.sqlite')}` });
    expect(await second.ended).toBe(1);
    expect(second.complaints).toBe(`assent coordinator: Port ${port} is in use; stop what listens there, or set ASSENT_HTTP_PORT.\n`);
  });

  it('says in one line that another coordinator has its SQLite file', async () => {
    await startReady();
    const second = start({ ASSENT_HTTP_PORT: '0' });
    expect(await second.ended).toBe(1);
    expect(second.complaints).toMatch(/^assent coordinator: Another coordinator is using .*\n$/);
  });

  it('says in one line that it cannot write the keys', async () => {
    const process = start({ ASSENT_KEYS_FILE: '/dev/null/keys.json' });
    expect(await process.ended).toBe(1);
    expect(process.complaints).toMatch(/^assent coordinator: ASSENT_KEYS_FILE \/dev\/null\/keys\.json cannot be (read|written): \w+\n$/);
  });
});
