/** `npm start` as a newcomer meets it: three runs on one state, and the commands of the README typed against the first. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { sqliteDriver } from '@assent/sqlite';
import { freePortsInARow, isFree } from '../support/ports.js';

const START_WITHIN_MS = 180_000;
const GONE_WITHIN_MS = 30_000;
/** The coordinator and three services. */
const DEMO_PORTS = 4;
const INVITATION = 'Ctrl-C stops everything';

/** The tour is typed as it is printed; a machine without curl has to do without it. */
const itByCurl = spawnSync('curl', ['--version']).status === 0 ? it : it.skip;

let folder: string;
let firstPort: number;
let running: ChildProcess | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assent-start-'));
  firstPort = await freePortsInARow(DEMO_PORTS);
});
afterAll(async () => {
  running?.kill('SIGKILL');
  await untilPortsAreFree();
  rmSync(folder, { recursive: true, force: true });
});

describe('npm start', () => {
  let told: string;

  beforeAll(async () => {
    told = await startUntil(INVITATION);
  }, START_WITHIN_MS);

  it('drives 200 orders by both patterns through a late service and a crash', () => {
    expect(told).toMatch(/200\/200 {3}committed \d+ {3}aborted \d+\n/);
    expect(told).toContain('payment answers too late');
    expect(told).toContain('inventory is down (killed by the demo)');
  });

  it('shows how they ended, and why some were aborted', () => {
    const [, committed, aborted, reasons] = /committed +(\d+ +\d+)\naborted +(\d+ +\d+) +(.*)/.exec(told) ?? [];
    const counts = `${committed} ${aborted}`.split(/ +/).map(Number);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(200);
    expect(Math.min(...counts)).toBeGreaterThan(20);
    expect(reasons).toMatch(/OUT_OF_STOCK \d+/);
    expect(reasons).toMatch(/INSUFFICIENT_FUNDS \d+/);
  });

  it('tells one aborted order in words', () => {
    const story = told.slice(told.indexOf('one of them, in words'), told.indexOf('checked'));
    expect(story).toMatch(/checkout by TCC, begun by order, aborted after \d+ ms: payment refused, INSUFFICIENT_FUNDS/);
    const inOrder = [
      'accepted (deadline 30 s',
      'payment.freeze     try        rejected',
      'decided: abort',
      '(nothing to undo)',
      'aborted\n',
    ];
    const places = inOrder.map((words) => story.lastIndexOf(words));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
  });

  it('checks that stock and money hold', () => {
    expect(told).toMatch(/stock {3}1,000 = [\d,]+ available \+ 0 reserved \+ [\d,]+ sold +holds/);
    expect(told).toMatch(/money {3}50,000\.00 = [\d,.]+ in wallets \+ 0\.00 frozen \+ [\d,.]+ earned +holds/);
  });

  itByCurl('keeps serving: the command that it prints works', () => {
    const command = /try +(curl .*)/.exec(told)?.[1] ?? 'false';
    expect(bash(command)).toContain('"status":"confirmed"');
  });

  itByCurl('prints a command with a key of the demo, which says who it is', () => {
    const command = /(curl .*\/v1\/me .*)/.exec(told)?.[1] ?? 'false';
    expect(bash(command)).toBe('{"name":"operator","role":"operator"}');
  });

  itByCurl.each(commandsOfTheTour())('serves the tour of the README: $title', ({ command, expected }) => {
    const answer = bash(
      command.replace(/localhost:410(\d)/g, (_, n: string) => `localhost:${firstPort + Number(n)}`).replaceAll('@.assent/', `@${folder}/`),
    );
    for (const words of expected) expect(answer).toContain(words);
  });

  it('stops everything at Ctrl-C', async () => {
    const ended = endOf(running);
    running?.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(await takenPorts()).toEqual([]);
  });
});

describe('a second npm start', () => {
  it(
    'keeps the state and skips what is done; even kill -9 of it leaves nothing behind',
    async () => {
      const told = await startUntil(INVITATION);
      expect(told).toContain('200 of them had been driven before');
      expect(told.match(/ holds\n/g)).toHaveLength(2);
      running?.kill('SIGKILL');
      await untilPortsAreFree();
    },
    START_WITHIN_MS,
  );
});

describe('npm start -- --once', () => {
  it(
    'ends by itself, non-zero when a total is off',
    async () => {
      const inventory = new (sqliteDriver())(join(folder, 'inventory.sqlite'));
      inventory.prepare("UPDATE stock SET available = available + 1 WHERE sku = 'tea'").run();
      inventory.close();
      const told = await startUntil('DOES NOT HOLD', '--once');
      expect(told).toMatch(/stock .*DOES NOT HOLD/);
      expect(await endOf(running)).toBe(1);
      expect(await takenPorts()).toEqual([]);
    },
    START_WITHIN_MS,
  );
});

/** Starts the script in the background and returns what it has said once it has said `words`. */
function startUntil(words: string, ...args: readonly string[]): Promise<string> {
  const env = { ...process.env, ASSENT_DEMO_PORT: String(firstPort), ASSENT_DEMO_FOLDER: folder, ASSENT_DATABASE_URL: '' };
  const child = spawn(process.execPath, ['scripts/start.mjs', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  running = child;
  return new Promise((resolve, reject) => {
    let said = '';
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes(words) && said.endsWith('\n')) resolve(said);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', (code) => reject(new Error(`ended with ${code} before it said "${words}":\n${said}`)));
  });
}

function endOf(child: ChildProcess | undefined): Promise<number | null> {
  return new Promise((resolve) => {
    if (child === undefined || child.exitCode !== null) resolve(child?.exitCode ?? null);
    else child.once('exit', resolve);
  });
}

function bash(command: string): string {
  return spawnSync('bash', ['-c', command], { encoding: 'utf8', timeout: 20_000 }).stdout;
}

/** The commands of the `sh` blocks; a comment under a command is something its answer contains. */
function commandsOfTheTour(): readonly { title: string; command: string; expected: string[] }[] {
  const commands: { title: string; command: string; expected: string[] }[] = [];
  for (const [, block = ''] of readFileSync('README.md', 'utf8').matchAll(/^```sh\n([\s\S]*?)^```$/gm)) {
    for (const line of block.split('\n').filter((text) => text !== '')) {
      const last = commands.at(-1);
      if (line.startsWith('curl')) commands.push({ title: line, command: line, expected: [] });
      else if (line.startsWith('# ')) last?.expected.push(line.slice(2));
      else if (last !== undefined) last.command += `\n${line}`;
    }
  }
  return commands;
}

async function untilPortsAreFree(): Promise<void> {
  const untilMs = Date.now() + GONE_WITHIN_MS;
  while ((await takenPorts()).length > 0) {
    if (Date.now() > untilMs) throw new Error(`still listening: ${(await takenPorts()).join(', ')}`);
    await pause(100);
  }
}

async function takenPorts(): Promise<readonly number[]> {
  const ports = Array.from({ length: DEMO_PORTS }, (_, n) => firstPort + n);
  const free = await Promise.all(ports.map(isFree));
  return ports.filter((_, n) => !free[n]);
}
