/**
 * Which room of the repository may lean on which: apps -> adapters -> engine -> protocol, and nothing the other way.
 * One table, read by the lint rule beside it and by the test that plants violations.
 */
import { existsSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';

const services = ['protocol', 'participant', 'client', 'sqlite', 'service', 'observability', 'testing', 'failpoints'];

/**
 * Room -> libraries it may import by their `@assent/` name. `packages` lists the only packages allowed from outside; absent means any.
 * `builtins: 'none'` keeps Node itself out.
 */
export const rooms = {
  'libs/protocol': { libraries: [], packages: [], builtins: 'none' },
  'libs/engine': { libraries: ['protocol'], packages: ['tinyqueue'], builtins: 'none' },
  'libs/failpoints': { libraries: ['protocol'] },
  'libs/sqlite': { libraries: [] },
  'libs/service': { libraries: ['sqlite'] },
  'libs/store': { libraries: ['protocol', 'engine', 'sqlite'] },
  'libs/transport': { libraries: ['protocol', 'engine'] },
  'libs/nats': { libraries: ['protocol'] },
  'libs/context': { libraries: ['protocol'] },
  'libs/events': { libraries: ['protocol', 'engine', 'nats'] },
  'libs/observability': { libraries: ['protocol', 'engine'] },
  'libs/participant': { libraries: ['protocol', 'sqlite', 'nats', 'context'] },
  'libs/client': { libraries: ['protocol', 'context'] },
  'libs/testing': { libraries: ['protocol', 'engine', 'sqlite', 'store', 'transport', 'observability', 'participant', 'client'] },
  'apps/coordinator': {
    libraries: ['protocol', 'engine', 'sqlite', 'store', 'transport', 'observability', 'failpoints', 'nats', 'events', 'service'],
  },
  'apps/order': { libraries: services },
  'apps/inventory': { libraries: services },
  'apps/payment': { libraries: services },
  'apps/demo': { libraries: services },
};

/** A problem with one import as `{ messageId, data }`, or null. `file` and `root` are absolute paths, `source` is what the import says. */
export function problemOfImport(root, file, source) {
  const from = roomOf(root, file);
  if (source.startsWith('.')) return problemOfRelativeImport(root, file, from, resolve(dirname(file), source));
  if (from === null) return null;
  if (source.startsWith('@assent/')) return problemOfLibraryImport(from, source);
  return problemOfOutsideImport(from, source);
}

function problemOfLibraryImport(from, source) {
  const [library, ...deeper] = source.slice('@assent/'.length).split('/');
  if (deeper.length > 0) return { messageId: 'pastTheDoor', data: { source, door: `@assent/${library}` } };
  if (from === `libs/${library}`) return { messageId: 'ownName', data: { source } };
  if (rooms[from].libraries.includes(library)) return null;
  return { messageId: 'direction', data: { from, to: `libs/${library}` } };
}

function problemOfOutsideImport(from, source) {
  const { packages, builtins } = rooms[from];
  const isBuiltin = source.startsWith('node:') || builtinModules.includes(source.split('/')[0]);
  if (isBuiltin) return builtins === 'none' ? { messageId: 'outside', data: { from, source } } : null;
  const name = source
    .split('/')
    .slice(0, source.startsWith('@') ? 2 : 1)
    .join('/');
  return packages === undefined || packages.includes(name) ? null : { messageId: 'outside', data: { from, source } };
}

function problemOfRelativeImport(root, file, from, target) {
  const to = roomOf(root, target);
  if (from !== to && to !== null) {
    if (isContractOfApp(root, from, to, target)) return null;
    return to.startsWith('libs/')
      ? { messageId: 'pastTheDoor', data: { source: relative(root, target), door: `@assent/${to.slice('libs/'.length)}` } }
      : { messageId: 'direction', data: { from: from ?? relative(root, dirname(file)), to } };
  }
  const door = closedDoorBetween(dirname(file), target);
  return door === null ? null : { messageId: 'pastTheDoor', data: { source: relative(root, target), door: relative(root, door) } };
}

/** What a service exports to those who call it: its contracts are the one door between apps. */
function isContractOfApp(root, from, to, target) {
  return from?.startsWith('apps/') && to.startsWith('apps/') && target === join(root, to, 'src/contracts/index.js');
}

/** The first folder on the way to `target` that has a door (`index.ts`) which this import does not use, or null. */
function closedDoorBetween(folder, target) {
  const down = relative(folder, target)
    .split(sep)
    .filter((part) => part !== '..');
  const start = resolve(target, ...down.map(() => '..'));
  for (let depth = 1; depth < down.length; depth += 1) {
    const door = join(start, ...down.slice(0, depth), 'index.ts');
    if (existsSync(door) && target.replace(/\.js$/, '.ts') !== door) return door;
  }
  return null;
}

function roomOf(root, path) {
  const room = relative(root, path).split(sep).slice(0, 2).join('/');
  return room in rooms ? room : null;
}
