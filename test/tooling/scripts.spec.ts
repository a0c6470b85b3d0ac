/** The scripts a newcomer meets first, run as they are: in a copy of the repository, with stand-ins for the programs they call. */
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const repository = process.cwd();
let copy: string;
let programs: string;

beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'assent-scripts-'));
  programs = join(copy, 'programs');
  mkdirSync(programs);
  for (const part of ['scripts', 'package.json', 'package-lock.json'])
    cpSync(join(repository, part), join(copy, part), { recursive: true });
});
afterEach(() => rmSync(copy, { recursive: true, force: true }));

/** Runs Node with nothing but the stand-in programs on the PATH. */
function node(args: readonly string[], env: Readonly<Record<string, string>> = {}): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8', env: { PATH: programs, ...env } });
}

function standIn(name: string, script: string): void {
  writeFileSync(join(programs, name), `#!/bin/sh\nPATH=$PATH:/bin:/usr/bin\n${script}\n`);
  chmodSync(join(programs, name), 0o755);
}

describe('the oldest Node', () => {
  it('is the one package.json names', async () => {
    const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { engines: { node: string } };
    expect(readFileSync('scripts/node-version.mjs', 'utf8')).toContain(`OLDEST_NODE = '${engines.node.replace('>=', '')}'`);
  });

  it.each(['start', 'test', 'test-node', 'install'])('ends npm run %s with one line', (script) => {
    const older = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'18.20.1'})";
    const { status, stderr, stdout } = node(['--import', older, `scripts/${script}.mjs`]);
    expect([status, stdout, stderr.trim().split('\n')]).toEqual([
      1,
      '',
      [expect.stringContaining('Node 18.20.1 is too old: Assent needs 20.19')],
    ]);
  });
});

describe('installing packages', () => {
  const pretendInstalled = () => {
    mkdirSync(join(copy, 'node_modules'));
    cpSync(join(copy, 'package-lock.json'), join(copy, 'node_modules/.package-lock.json'));
  };

  it('asks npm for exactly what the lock file says', () => {
    standIn('npm', 'echo "$@" > asked; mkdir -p node_modules; cp package-lock.json node_modules/.package-lock.json');
    expect(node(['scripts/install.mjs']).status).toBe(0);
    expect(readFileSync(join(copy, 'asked'), 'utf8')).toMatch(/^ci /);
  });

  it('leaves alone what is installed already', () => {
    pretendInstalled();
    standIn('npm', 'touch asked');
    expect(node(['scripts/install.mjs']).status).toBe(0);
    expect(existsSync(join(copy, 'asked'))).toBe(false);
  });

  it('installs again when the lock file names another version', () => {
    pretendInstalled();
    standIn('npm', 'touch asked');
    const lock = JSON.parse(readFileSync(join(copy, 'package-lock.json'), 'utf8')) as { packages: Record<string, { version: string }> };
    lock.packages['node_modules/zod']!.version = '999.0.0';
    writeFileSync(join(copy, 'package-lock.json'), JSON.stringify(lock));
    node(['scripts/install.mjs']);
    expect(existsSync(join(copy, 'asked'))).toBe(true);
  });

  it.each([
    ['npm error code ENOSPC', 'the disk is full'],
    ["npm error Error: EACCES: permission denied, mkdir '/x'", 'may not write'],
    ['npm error network request failed, reason: getaddrinfo ENOTFOUND registry', 'could not reach its registry'],
    ['npm error something else', 'npm ci failed: something else'],
  ])('says in one line what to do about "%s"', (complaint, words) => {
    standIn('npm', `echo "${complaint}" >&2; exit 1`);
    const { status, stderr } = node(['scripts/install.mjs']);
    const [, line, ...more] = stderr.trim().split('\n');
    expect([status, line, more]).toEqual([1, expect.stringContaining(words), []]);
  });

  it('says that npm is missing', () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/install.mjs'], {
      cwd: copy,
      encoding: 'utf8',
      env: { PATH: programs },
    });
    expect([status, stderr]).toEqual([1, expect.stringContaining('npm was not found')]);
  });
});

describe('npm start', () => {
  it('names the port that is in use, and how to choose others, before it installs anything', async () => {
    const taken = createServer();
    const port = await new Promise<number>((listening) =>
      taken.listen(0, '127.0.0.1', () => listening((taken.address() as AddressInfo).port)),
    );
    const { status, stderr } = node(['scripts/start.mjs'], { ASSENT_DEMO_PORT: String(port) });
    await new Promise((closed) => taken.close(closed));
    expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(`port ${port} \\(coordinator\\) is in use: .*ASSENT_DEMO_PORT=`)]);
    expect(status).toBe(1);
  });

  it('refuses a port that is none', () => {
    const { status, stderr } = node(['scripts/start.mjs'], { ASSENT_DEMO_PORT: 'http' });
    expect([status, stderr]).toEqual([1, expect.stringContaining('ASSENT_DEMO_PORT is "http"')]);
  });
});

describe('a missing MariaDB', () => {
  const provide = () =>
    node([
      '--input-type=module',
      '-e',
      "import('./scripts/mariadb-server.mjs').then(({ provideMariadb }) => console.log(provideMariadb([])))",
    ]);
  const asRoot = process.getuid?.() === 0 ? it : it.skip;

  asRoot('is installed by the package manager of the system, which is said first', () => {
    const install = ['mariadbd', 'mariadb-install-db'].map((name) => `cp $0 ${join(programs, name)}`).join('; ');
    standIn('apt-get', `echo "apt-get $1" >&2; if [ "$1" = install ]; then ${install}; fi`);
    const { stdout, stderr } = provide();
    expect(stdout.trim()).toBe('true');
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringContaining('MariaDB is missing: installing it with apt-get'),
      'apt-get update',
      'apt-get install',
    ]);
  });

  it('is told loudly, with the way to get it, when it cannot be installed', () => {
    standIn('apt-get', 'exit 100');
    const { stdout, stderr } = provide();
    expect(stdout.trim()).toBe('false');
    expect(stderr).toMatch(/SKIPPED[\s\S]*sudo apt-get install/);
  });

  it('is told loudly where no package manager is known', () => {
    const { stdout, stderr } = provide();
    expect(stdout.trim()).toBe('false');
    expect(stderr).toMatch(/SKIPPED[\s\S]*Install a MariaDB server/);
  });
});

describe('a missing NATS server', () => {
  const provide = () =>
    node([
      '--input-type=module',
      '-e',
      "import('./scripts/nats-server.mjs').then(({ provideNatsForTests }) => console.log(provideNatsForTests([])))",
    ]);
  const asRoot = process.getuid?.() === 0 ? it : it.skip;

  asRoot('is installed by the package manager of the system without starting a service', () => {
    standIn(
      'apt-get',
      `echo "apt-get $1 offline=$SYSTEMD_OFFLINE" >&2; if [ "$1" = install ]; then cp $0 ${join(programs, 'nats-server')}; fi`,
    );
    const { stdout, stderr } = provide();
    expect(stdout.trim()).toBe('true');
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringContaining('NATS is missing: installing it with apt-get'),
      'apt-get update offline=1',
      'apt-get install offline=1',
    ]);
  });

  it('is told loudly, with the way to get it, when it cannot be installed', () => {
    standIn('apt-get', 'exit 100');
    const { stdout, stderr } = provide();
    expect(stdout.trim()).toBe('false');
    expect(stderr).toMatch(/on NATS will be SKIPPED[\s\S]*sudo apt-get install --no-install-recommends nats-server/);
  });
});

describe('missing programs that check the deployment', () => {
  const provide = () =>
    node([
      '--input-type=module',
      '-e',
      "import('./scripts/deploy-tools.mjs').then(({ provideDeployTools }) => console.log(provideDeployTools([])))",
    ]);

  it('are told loudly, with what is skipped and the way to get them', () => {
    standIn('apt-get', 'exit 100');
    const { stdout, stderr } = provide();
    expect(stdout.trim()).toBe('false');
    expect(stderr).toMatch(/No Prometheus here: alert rules are not run[\s\S]*sudo apt-get install --no-install-recommends prometheus/);
    expect(stderr).toMatch(/No docker-compose here[\s\S]*sudo apt-get install --no-install-recommends docker-compose/);
  });
});

describe('npm run test:node', () => {
  it('asks which Node when it is not told', () => {
    const { status, stderr } = node(['scripts/test-node.mjs']);
    expect([status, stderr.trim()]).toEqual([1, 'test     say which Node: npm run test:node -- 24']);
  });

  it('says so when there is no such Node', () => {
    standIn('npm', 'exit 1');
    const { status, stderr } = node(['scripts/test-node.mjs', '999']);
    expect([status, stderr.trim()]).toEqual([1, expect.stringContaining('npm knows no Node 999 for this machine')]);
  });
});

describe('two builds at the same time', () => {
  /** Holds the lock for a moment, and says when it has it and when it lets it go. */
  const builder = (log: string) => `
    const { appendFileSync } = await import('node:fs');
    const { whileNobodyElseBuilds } = await import('./scripts/build-lock.mjs');
    whileNobodyElseBuilds('build', () => {
      appendFileSync('${log}', 'begins ');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
      appendFileSync('${log}', 'ends ');
    });`;
  const started = (log: string) =>
    new Promise((resolve) => {
      spawn(process.execPath, ['--input-type=module', '-e', builder(log)], { cwd: copy }).once('exit', resolve);
    });

  it('are made one after the other', async () => {
    const log = join(copy, 'log');
    expect(await Promise.all([started(log), started(log), started(log)])).toEqual([0, 0, 0]);
    expect(readFileSync(log, 'utf8').trim().split(' ')).toEqual(['begins', 'ends', 'begins', 'ends', 'begins', 'ends']);
  });

  it('do not wait for one that was killed', async () => {
    mkdirSync(join(copy, 'dist'));
    const { pid } = spawnSync('true');
    writeFileSync(join(copy, 'dist/.building'), String(pid));
    expect(await started(join(copy, 'log'))).toBe(0);
  });
});

describe('installed packages', () => {
  const areThere = () => {
    const asked = "import('./scripts/packages.mjs').then(({ packagesAreThere }) => console.log(packagesAreThere()))";
    return node(['--input-type=module', '-e', asked]).stdout.trim();
  };

  it('are installed again for another lock file, which may name what is optional and was not wanted before', () => {
    mkdirSync(join(copy, 'node_modules'));
    cpSync(join(copy, 'package-lock.json'), join(copy, 'node_modules/.package-lock.json'));
    expect(areThere()).toBe('true');
    writeFileSync(join(copy, 'node_modules/.assent-installed'), 'for another lock file');
    expect(areThere()).toBe('false');
  });
});
