/** `npm run sim`: many short lives of a whole installation, each out of one seed. Ends with 0 only when every promise held. */
import { faultClasses, type Report, runSeed, type WorldOptions } from '@assent/testing';
import { Backends } from './backends.js';
import { type Figures, provenance, writeFigures } from './figures.js';
import { judgeSeal } from './judge-seal.js';
import { knownSeeds } from './known-seeds.js';
import { help, type Options, readOptions } from './options.js';
import { commandFor, shrink } from './shrink.js';
import { Totals } from './totals.js';

const PROGRESS_EVERY_MS = 5_000;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.on('unhandledRejection', (error) => {
  say(`a promise that nobody watched was rejected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  process.exit(1);
});

/** Answers the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  let options: Options;
  try {
    options = readOptions(args);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return 2;
  }
  if (options.help || options.list) {
    say(options.help ? help : listOfFaults());
    return 0;
  }
  const backends = await Backends.prepare();
  if (backends.sqlite === null) say('NOT COVERED: better-sqlite3 is not built on this machine, so every seed runs on the store in memory.');
  return campaign(options, backends);
}

async function campaign(options: Options, backends: Backends): Promise<number> {
  const totals = new Totals();
  const measured = options.figures ? provenance() : '';
  const startedMs = Date.now();
  const cpu = process.cpuUsage();
  let toldMs = startedMs;
  for (const seed of seedsOf(options, () => (Date.now() - startedMs) / 60_000)) {
    const world = worldOf(seed, options, backends);
    const report = await runSeed(world);
    totals.add(report, backends.isOnSqlite(seed) ? 'sqlite' : 'maps');
    if (options.trace) for (const line of report.lines) say(line);
    if (options.seed !== null) say(`digest ${report.digest}`);
    if (report.findings.length > 0) {
      await tell(world, report);
      if (!options.keepGoing) break;
    }
    if (Date.now() - toldMs > PROGRESS_EVERY_MS) {
      toldMs = Date.now();
      process.stderr.write(`seed ${seed}: ${totals.seeds} run, ${totals.failed} failed\n`);
    }
  }
  const { user, system } = process.cpuUsage(cpu);
  const cpuSeconds = (user + system) / 1_000_000;
  return conclude(options, { totals, seconds: (Date.now() - startedMs) / 1_000, perCpuSecond: totals.seeds / cpuSeconds, measured });
}

function* seedsOf(options: Options, minutesPassed: () => number): Iterable<number> {
  if (options.seed === null) for (const { seed } of knownSeeds) yield seed;
  for (let index = 0; ; index += 1) {
    const isOver = options.minutes === null ? index >= options.seeds : minutesPassed() >= options.minutes;
    if (isOver) return;
    yield options.from + index;
  }
}

function worldOf(seed: number, { without, transactions, troubleMs, trace }: Options, backends: Backends): WorldOptions {
  return { seed, without, transactions, troubleMs, journal: trace ? 'text' : 'digest', openBackend: backends.of(seed), judgeSeal };
}

async function tell(world: WorldOptions, report: Report): Promise<void> {
  say(`seed ${report.seed} breaks a promise:`);
  for (const { invariant, gid, says, atMs } of report.findings)
    say(`  ${invariant} ${gid === '' ? '' : `${gid}: `}${says} (at ${atMs.toFixed(1)} ms)`);
  const { options, report: smallest, runs } = await shrink({ ...world, journal: 'digest' }, report);
  const [first] = smallest.findings;
  say(`  smallest after ${runs} runs: ${first?.invariant} ${first?.gid} ${first?.says}`);
  say(`  ${commandFor(options)}`);
}

function conclude(options: Options, figures: Figures): number {
  const { totals, seconds, perCpuSecond } = figures;
  const injected = [...totals.injected].map(([name, count]) => `${name} ${count}`).join(', ');
  say(`injected: ${injected}`);
  const reached = [...totals.reached].filter(([, count]) => count > 0);
  say(`marks reached: ${reached.map(([mark, count]) => `${mark} ${count}`).join(', ')}`);
  if (totals.unreached.length > 0) say(`marks not reached: ${totals.unreached.join(', ')}`);
  const hasNoFault = totals.faults === 0;
  if (hasNoFault) say('Nothing was injected: such a run proves nothing, and fails.');
  if (options.figures) writeFigures(figures);
  const failed = totals.failed + (hasNoFault ? 1 : 0);
  say(
    `${totals.seeds - totals.failed} passed, ${failed} failed: ${totals.transactions} transactions (${totals.committed} committed, ${totals.aborted} aborted, ` +
      `${totals.parked} parked), ${totals.faults} faults, ${totals.virtualHours.toFixed(1)} virtual hours, ${reached.length} of ${totals.reached.size} marks, ` +
      `${totals.sqliteSeeds} seeds on SQLite, ${seconds.toFixed(1)} s, ${perCpuSecond.toFixed(0)} seeds per second of a core`,
  );
  return failed === 0 ? 0 : 1;
}

function listOfFaults(): string {
  return Object.entries(faultClasses)
    .map(([name, { does }]) => `${name.padEnd(18)} ${does}`)
    .join('\n');
}
