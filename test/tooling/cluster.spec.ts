/** `npm run cluster` as somebody meets it who wants to see two coordinators share their work. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { createTestDatabase, describeOnMariadb, type TestDatabase } from '../support/databases.js';
import { freePortsInARow } from '../support/ports.js';

const START_WITHIN_MS = 120_000;
/** One for each node. */
const CLUSTER_PORTS = 2;

describeOnMariadb('npm run cluster', () => {
  let database: TestDatabase;
  let cluster: ChildProcess;
  let told = '';

  beforeAll(async () => {
    database = await createTestDatabase('assent_cluster');
    const args = ['scripts/cluster.mjs', '--nodes', '2', '--port', String(await freePortsInARow(CLUSTER_PORTS))];
    cluster = spawn(process.execPath, args, {
      env: { ...process.env, ASSENT_DATABASE_URL: database.url },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    cluster.stdout?.setEncoding('utf8').on('data', (text: string) => {
      told += text;
    });
    await untilTold('Ctrl-C stops everything', START_WITHIN_MS);
  }, START_WITHIN_MS);
  afterAll(async () => {
    cluster.kill('SIGKILL');
    await database.drop();
  });

  async function untilTold(words: string, withinMs = 30_000): Promise<void> {
    const deadline = performance.now() + withinMs;
    while (!told.includes(words)) {
      if (performance.now() > deadline || cluster.exitCode !== null) throw new Error(`It never said "${words}":\n${told}`);
      await pause(50);
    }
  }

  it('prints what to type, and a transaction goes through all nodes', () => {
    const typed = [...told.matchAll(/curl -s .*/g)].map(([line]) => spawnSync('sh', ['-c', line], { encoding: 'utf8' }).stdout);
    expect(typed.map((answer) => (JSON.parse(answer) as { status: string }).status)).toEqual(['active', 'active', 'committed']);
  });

  it('says when a node is gone, and stops the others with itself', async () => {
    const [, pid] = /node-1 .* pid (\d+)/.exec(told) as unknown as [string, string];
    process.kill(Number(pid), 'SIGKILL');
    await untilTold('node-1 ended (SIGKILL); the others go on with what it drove');
    const ended = new Promise<number | null>((resolve) => cluster.once('exit', resolve));
    cluster.kill('SIGINT');
    expect(await ended).toBe(0);
    const [, other] = /node-2 {2}(\S+)/.exec(told) as unknown as [string, string];
    await expect(fetch(other)).rejects.toThrow('fetch failed');
  });

  it.each([
    [['--nodes', '0'], '--nodes is "0": it must be a whole number from 1 to 16'],
    [['--port', 'http'], '--port is "http": it must be a whole number from 1 to 65500'],
  ])('refuses %j in one line', (args, line) => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/cluster.mjs', ...args], { encoding: 'utf8' });
    expect([status, stderr.trim()]).toEqual([1, `cluster  ${line}`]);
  });
});
