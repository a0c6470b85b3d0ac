/** `npm run faults`: real processes on a real database, hurt on purpose; then the totals are checked. Exit code 1 on any violation. */
import { parseArgs } from 'node:util';
import { scenarios } from './scenarios/index.js';

const help = `npm run faults -- [--scenario NAME]... [--quick] [--list]
  --scenario NAME  only this one (may be given more than once)
  --quick          a tenth of the work
  --list           names and titles`;

const { values: options } = parseArgs({
  options: {
    scenario: { type: 'string', multiple: true },
    quick: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

if (options.help) {
  say(help);
  process.exit(0);
}
if (options.list) {
  for (const { name, title } of scenarios) say(`${name.padEnd(28)} ${title}`);
  process.exit(0);
}

const unknown = (options.scenario ?? []).filter((name) => scenarios.every((scenario) => scenario.name !== name));
if (unknown.length > 0) {
  say(`There is no scenario ${unknown.join(', ')}; --list names them.`);
  process.exit(2);
}

let passed = 0;
let failed = 0;
for (const scenario of scenarios) {
  if (options.scenario !== undefined && !options.scenario.includes(scenario.name)) continue;
  say(`${scenario.name}: ${scenario.title}`);
  try {
    const { audit, figures } = await scenario.run(options.quick ? 0.1 : 1);
    const facts = { committed: audit.committed, aborted: audit.aborted, ...figures };
    say(
      `  ${Object.entries(facts)
        .map(([name, value]) => `${name} ${value}`)
        .join(', ')}`,
    );
    for (const violation of audit.violations) say(`  VIOLATION ${violation}`);
    if (audit.violations.length === 0) passed += 1;
    else failed += 1;
  } catch (error) {
    say(
      `  VIOLATION the scenario could not be carried through: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    failed += 1;
  }
}
say(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
