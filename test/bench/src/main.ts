/**
 * `npm run bench`: real MariaDB that flushes at every commit, real HTTP, the coordinator in its shipped configuration, all on this machine.
 * Figures of two runs do not compare (machines drift); the ratios within one run do.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type mysql from 'mysql2/promise';
import { Figures } from './figures.js';
import { Ground } from './ground.js';
import { help, type Options, readOptions } from './options.js';
import { commitAtHand, drawingsOf, figuresOf, linesOf, type Report, reportOf, sectionOf, withSection } from './report/index.js';
import { chosenScenarios, type Scenario, scenarios } from './scenarios/index.js';

const page = 'docs/performance.md';
const plotFolder = 'docs/performance';

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function measure(options: Options, args: readonly string[]): Promise<Report> {
  const chosen = chosenScenarios(options.scenarios, options.target !== null);
  const startedAt = new Date();
  const commit = commitAtHand();
  const ground = new Ground(options.profileFolder);
  const figures = new Figures();
  const broken: Record<string, string> = {};
  try {
    const database = await versionOf(ground);
    for (const [index, scenario] of chosen.entries()) {
      say(`[${index + 1}/${chosen.length}] ${scenario.name}: ${scenario.title}`);
      const why = await runOne(scenario, options, ground, figures);
      if (why !== null) broken[scenario.name] = why;
    }
    return reportOf({ startedAt, args, settings: options.settings, figures, database, broken }, commit);
  } finally {
    await ground.stop();
  }
}

/** Runs one scenario and stops what it started. Returns why it did not come to an end, or `null`. */
async function runOne(scenario: Scenario, { settings, target }: Options, ground: Ground, figures: Figures): Promise<string | null> {
  const startedAt = performance.now();
  const progress = (line: string) => say(`      ${seconds(startedAt).padStart(5)} s  ${line}`);
  const why =
    (await problemOf(() => scenario.run({ ground, settings, figures, target, say: progress }))) ?? (await problemOf(() => ground.clear()));
  // Whatever a scenario that failed has left must not be measured with the next one.
  await ground.clear();
  progress(why === null ? 'done' : `FAILED: ${why}`);
  return why;
}

async function problemOf(work: () => Promise<void>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1_000).toFixed(1);
}

async function versionOf(ground: Ground): Promise<string> {
  const { connection } = await ground.database();
  const [[row]] = await connection.query<mysql.RowDataPacket[]>('SELECT VERSION() AS version');
  await ground.clear();
  return String(row?.version);
}

function writeReport(report: Report): void {
  const drawings = drawingsOf(figuresOf(report));
  mkdirSync(plotFolder, { recursive: true });
  for (const { file, svg } of drawings) writeFileSync(join(plotFolder, file), svg);
  writeFileSync(page, withSection(readFileSync(page, 'utf8'), sectionOf(report, drawings)));
  say(`${page} and ${plotFolder}/ have the figures of this run.`);
}

async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  if (options.wantsHelp) {
    say(help);
    return;
  }
  if (options.wantsList) {
    for (const { name, title } of scenarios) say(`${name.padEnd(12)} ${title}`);
    return;
  }
  const report = options.from === null ? await measure(options, args) : (JSON.parse(readFileSync(options.from, 'utf8')) as Report);
  if (options.json !== null) {
    mkdirSync(dirname(options.json), { recursive: true });
    writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  }
  if (options.wantsReport) writeReport(report);
  for (const line of linesOf(report)) say(line);
  // A bar that is missed is a finding; a scenario that did not come to an end is a failure.
  process.exitCode = Object.keys(report.broken).length === 0 ? 0 : 1;
}

// Processes end with this one, however it ends: each has a hook on its exit.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

main(process.argv.slice(2)).catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
});
