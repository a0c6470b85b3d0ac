/**
 * Builds the apps and libraries into `dist` by swc, when a source has changed since the last build. It does not check types (`npm run typecheck` does),
 * which makes it more than three times as quick as tsc.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { whileNobodyElseBuilds } from './build-lock.mjs';
import { root } from './root.mjs';
import { giveUp } from './say.mjs';

/** Kept inside what it vouches for. */
const STAMP = join(root, 'dist/.assent-built');

/** Returns how long it took in seconds, 0 when nothing was to do. Ends the process with one line when it cannot be built. */
export function build(name) {
  return whileNobodyElseBuilds(name, () => buildAlone(name));
}

function buildAlone(name) {
  const sources = hashOfSources();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === sources) return 0;
  const startedMs = Date.now();
  // A file whose source is gone must not live on in the output.
  for (const part of ['apps', 'libs']) rmSync(join(root, 'dist', part), { recursive: true, force: true });
  const nest = join(root, 'node_modules/@nestjs/cli/bin/nest.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [nest, 'build', ...projects(), '--builder', 'swc'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) giveUp(name, `the build failed:\n${stdout}${stderr}`);
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(STAMP, sources);
  return Math.max(1, Math.round((Date.now() - startedMs) / 1000));
}

/** The projects of nest-cli.json that are not tests. */
function projects() {
  const { projects } = JSON.parse(readFileSync(join(root, 'nest-cli.json'), 'utf8'));
  return Object.keys(projects).filter((name) => !projects[name].root.startsWith('test/'));
}

function hashOfSources() {
  const hash = createHash('sha256');
  for (const path of ['package-lock.json', 'nest-cli.json', 'tsconfig.json', '.swcrc', ...sourcesIn('apps'), ...sourcesIn('libs')]) {
    hash.update(path).update(readFileSync(join(root, path)));
  }
  return hash.digest('hex');
}

function sourcesIn(folder) {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.spec.ts'))
    .map((path) => join(folder, path))
    .sort();
}
