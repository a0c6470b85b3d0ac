/** A small campaign for every run of the tests; `npm run sim` is the large one. */
import { faultNames, marks, type OpenBackend, openMemory, type Report, runSeed, type WorldOptions } from '@assent/testing';
import { Backends } from './backends.js';
import { judgeSeal } from './judge-seal.js';
import { knownSeeds } from './known-seeds.js';
import { readOptions } from './options.js';
import { commandFor, shrink } from './shrink.js';
import { Totals } from './totals.js';

const SEEDS = 200;
const TIMEOUT_MS = 120_000;

let backends: Backends;

beforeAll(async () => {
  backends = await Backends.prepare();
});

function world(seed: number, more: Partial<WorldOptions> = {}): WorldOptions {
  return { seed, without: [], transactions: null, troubleMs: null, journal: 'digest', openBackend: backends.of(seed), judgeSeal, ...more };
}

/** A database that forgets every verdict on a lost flush, so that a late packet is accepted after it. */
const forgetful: OpenBackend = (nowMs) => {
  const backend = openMemory(nowMs);
  const store = Object.create(backend.store) as typeof backend.store;
  store.settle = async (incarnation, flushes) => {
    const restore = backend.snapshot();
    const witness = await backend.store.settle(incarnation, flushes);
    if (witness.kind === 'not_committed') restore();
    return witness;
  };
  return { ...backend, store };
};

function brokenIn(report: Report): readonly string[] {
  return report.findings.map(({ invariant, gid, says }) => `seed ${report.seed}: ${invariant} ${gid} ${says}`);
}

describe('a simulated installation', () => {
  const totals = new Totals();

  it(
    `keeps every promise in ${SEEDS} lives full of faults`,
    async () => {
      for (let seed = 1; seed <= SEEDS; seed += 1) {
        const report = await runSeed(world(seed));
        totals.add(report, backends.isOnSqlite(seed) ? 'sqlite' : 'maps');
        expect(brokenIn(report)).toEqual([]);
      }
      expect(totals.transactions).toBeGreaterThan(SEEDS);
      expect(totals.committed).toBeGreaterThan(SEEDS / 2);
      expect(totals.aborted).toBeGreaterThan(SEEDS / 2);
    },
    TIMEOUT_MS,
  );

  it('has injected every class of faults, and reached nearly every mark', () => {
    expect(faultNames.filter((name) => totals.injected.get(name) === 0)).toEqual([]);
    expect(totals.unreached.length).toBeLessThan(Object.keys(marks).length / 5);
  });

  it('runs every tenth seed on the SQL of the SQLite adapter, where its driver is there', () => {
    expect(totals.sqliteSeeds).toBe(backends.sqlite === null ? 0 : SEEDS / 10);
  });

  it.each(knownSeeds)('keeps its promises with seed $seed, which once showed $showed', async ({ seed }) => {
    expect(brokenIn(await runSeed(world(seed)))).toEqual([]);
  });

  it('does the same things in the same order when it runs again', async () => {
    const digests = async () => [await runSeed(world(7)), await runSeed(world(8))].map(({ digest }) => digest);
    const first = await digests();
    expect(await digests()).toEqual(first);
    expect(first[0]).not.toBe(first[1]);
  });

  it('does on SQLite what it does on maps', async () => {
    const { sqlite } = backends;
    for (const seed of sqlite === null ? [] : [3, 4, 11]) {
      const onMaps = await runSeed(world(seed, { openBackend: openMemory }));
      const onSqlite = await runSeed(world(seed, { openBackend: sqlite ?? openMemory }));
      expect(onSqlite.digest).toBe(onMaps.digest);
    }
  });

  it('finds a broken promise, and shrinks the world that shows it to a smaller one that does, too', async () => {
    const { options, report } = await firstFailing(forgetful);
    const { options: smaller, report: smallest } = await shrink(options, report);
    expect(smallest.findings.map(({ invariant }) => invariant)).toContain(report.findings[0]?.invariant);
    expect(smaller.without.length).toBeGreaterThan(0);
    expect(smallest.events).toBeLessThanOrEqual(report.events);
    const replayed = await runSeed(smaller);
    expect(replayed.digest).toBe(smallest.digest);
    const { seed, without, transactions, troubleMs } = readOptions(commandFor(smaller).split(' ').slice(4));
    expect({ seed, without, transactions, troubleMs }).toEqual({
      ...{ seed: smaller.seed, without: smaller.without },
      ...{ transactions: smaller.transactions, troubleMs: smaller.troubleMs },
    });
  });
});

async function firstFailing(openBackend: OpenBackend): Promise<{ readonly options: WorldOptions; readonly report: Report }> {
  for (let seed = 1; seed <= SEEDS * 5; seed += 1) {
    const options = world(seed, { openBackend });
    const report = await runSeed(options);
    if (report.findings.length > 0) return { options, report };
  }
  throw new Error('no seed found it');
}

describe('the command line of a campaign', () => {
  it('runs 2000 seeds unless it is told otherwise', () => {
    expect(readOptions([])).toMatchObject({ seeds: 2_000, from: 1, seed: null, trace: false });
    expect(readOptions(['--seeds', '5', '--from', '40'])).toMatchObject({ seeds: 5, from: 40 });
    expect(readOptions(['--seed', '9', '--trace'])).toMatchObject({ seeds: 1, from: 9, seed: 9, trace: true });
  });

  it('says what is wrong with it', () => {
    expect(() => readOptions(['--seeds', 'many'])).toThrow('--seeds must be a number');
    expect(() => readOptions(['--without', 'rain'])).toThrow('no fault class rain');
  });
});
