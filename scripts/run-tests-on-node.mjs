/**
 * Runs the tests on another Node: the npm package of that name brings it, the work tree is copied beside the system's temporary files, and its packages are
 * installed there by that Node, because what is compiled for one Node does not load on another.
 */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { root } from './root.mjs';
import { giveUp, say } from './say.mjs';

/** Ends the process with the exit code of the tests. `args`: a major version or a whole one, then what goes to Jest. */
export function runTestsOnNode([asked, ...args]) {
  if (!/^\d+(\.\d+\.\d+)?$/.test(asked ?? '')) giveUp('test', 'say which Node: npm run test:node -- 24');
  const version = newest(asked);
  const folder = join(tmpdir(), `assent-node-${version}`);
  const node = provideNode(version, join(folder, 'node'));
  const copy = join(folder, 'work');
  copyWorkTree(copy);
  say('test', `on Node ${version}, in ${copy}`);
  // Whatever says `node` or `npm` there gets this one; what is compiled finds its headers, which the package brings too.
  const env = {
    ...process.env,
    PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`,
    npm_config_nodedir: dirname(dirname(node)),
  };
  const tests = spawn(node, [join(copy, 'scripts/test.mjs'), ...args], { cwd: copy, env, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => tests.kill(signal));
  tests.once('exit', (code, signal) => process.exit(signal === null ? code : 1));
}

/** The newest published version of a major one. */
function newest(asked) {
  if (asked.includes('.')) return asked;
  const { status, stdout } = npm(['view', `${packageName()}@${asked}`, 'version', '--json']);
  const found = status === 0 && stdout.trim() !== '' ? [JSON.parse(stdout)].flat() : [];
  const inOrder = found.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return inOrder.at(-1) ?? giveUp('test', `npm knows no Node ${asked} for this machine (${packageName()})`);
}

/** The path of that Node's program, from the npm package that holds it for this machine. */
function provideNode(version, folder) {
  const program = join(folder, 'node_modules', packageName(), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(program)) return realpathSync(program);
  say('test', `fetching Node ${version}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const { status, stderr } = npm(['install', '--no-audit', '--no-fund', `${packageName()}@${version}`], folder);
  if (status !== 0 || !existsSync(program)) giveUp('test', `Node ${version} could not be fetched: ${stderr.trim().split('\n').at(-1)}`);
  return realpathSync(program);
}

/** Everything git knows or would know. Packages that an earlier run installed stay. */
function copyWorkTree(copy) {
  const { stdout, status } = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) giveUp('test', 'the work tree is no git repository, so that nobody can say what belongs to it');
  for (const part of ['apps', 'libs', 'test', 'scripts', 'deploy', 'docs', 'dist'])
    rmSync(join(copy, part), { recursive: true, force: true });
  for (const path of stdout.split('\0')) {
    if (path !== '' && existsSync(join(root, path)))
      cpSync(join(root, path), join(copy, path), { recursive: true, verbatimSymlinks: true });
  }
}

function packageName() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  return `node-${platform}-${process.arch}`;
}

function npm(args, cwd = root) {
  return spawnSync('npm', args, { cwd, encoding: 'utf8', shell: process.platform === 'win32' });
}
