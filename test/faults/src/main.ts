/** `npm run faults`: real processes on a real database, hurt on purpose; then the audit. Exit code 1 on any violation. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Report, reportOf, sectionOf, withSection } from './report/index.js';
import { runAll } from './run.js';
import { scenarios } from './scenarios/index.js';

const help = `npm run faults -- [--scenario NAME]... [--quick] [--json FILE] [--report] [--list]
  --scenario NAME  only this one (may be given more than once)
  --quick          a twentieth of the work, at least three seconds of faults each; scenarios share a shop
  --json FILE      writes the figures of this run
  --report         writes the figures of this run into docs/reliability.md
  --from FILE      runs nothing: takes the figures of an earlier run, for --report
  --list           names and titles`;

/** Three seconds of faults for each campaign, and 500 orders where there were 10,000. */
const quickScale = 0.05;
const page = 'docs/reliability.md';

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      scenario: { type: 'string', multiple: true },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      report: { type: 'boolean', default: false },
      from: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return values;
}

type Options = ReturnType<typeof readOptions>;

async function measure({ scenario: names, quick }: Options): Promise<Report> {
  const unknown = (names ?? []).filter((name) => scenarios.every((scenario) => scenario.name !== name));
  if (unknown.length > 0) throw new Error(`There is no scenario ${unknown.join(', ')}; --list names them.`);
  const scale = quick ? quickScale : 1;
  const chosen = scenarios.filter(({ name }) => names === undefined || names.includes(name));
  return reportOf(await runAll(chosen, scale, say), scale);
}

function writeReport(report: Report): void {
  const before = existsSync(page) ? readFileSync(page, 'utf8') : '# Reliability, measured\n';
  writeFileSync(page, withSection(before, sectionOf(report)));
  say(`${page} has the figures of this run.`);
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options.help) {
    say(help);
    return;
  }
  if (options.list) {
    for (const { name, title } of scenarios) say(`${name.padEnd(28)} ${title}`);
    return;
  }
  const report = options.from === undefined ? await measure(options) : (JSON.parse(readFileSync(options.from, 'utf8')) as Report);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  if (options.report) writeReport(report);
  const count = (outcome: string) => report.results.filter((result) => result.outcome === outcome).length;
  if (count('skipped') > 0) say(`${count('skipped')} SKIPPED: this machine cannot show what they show; see above why.`);
  say(`${count('passed')} passed, ${count('failed')} failed`);
  process.exitCode = count('failed') === 0 ? 0 : 1;
}

// Processes end with this one, however it ends: each has a hook on its exit, as many as there are processes, proxies and folders in a shop.
process.setMaxListeners(50);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

main().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
});
