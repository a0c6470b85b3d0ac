/** Writes the figures of a campaign into `docs/reliability.md`, between its own two marks; what others write there stays. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { faultClasses, marks } from '@assent/testing';
import type { Totals } from './totals.js';

export interface Figures {
  readonly totals: Totals;
  readonly seconds: number;
  readonly perCpuSecond: number;
  /** See `provenance`, taken when the measurement began. */
  readonly measured: string;
}

const FILE = join(process.cwd(), 'docs', 'reliability.md');
/** Characters of a finding that tell enough. */
const LONGEST_CELL = 160;
const HEAD =
  '# Reliability in figures\n\nMeasured, not promised: what was done to Assent, and what came of it. Each part is written by the command that it names.\n';

export function writeFigures(figures: Figures): void {
  replaceSection('simulation', simulationSection(figures));
}

/** Replaces one part of the page, or adds it at the end. */
export function replaceSection(name: string, text: string): void {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const page = existsSync(FILE) ? readFileSync(FILE, 'utf8') : HEAD;
  const from = page.indexOf(begin);
  const section = `${begin}\n${text}\n${end}`;
  const next = from < 0 ? `${page.trimEnd()}\n\n${section}\n` : page.slice(0, from) + section + page.slice(page.indexOf(end) + end.length);
  writeFileSync(FILE, next);
}

/** Date, commit and machine of a measurement that begins now. */
export function provenance(): string {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const [cpu] = cpus();
  return `${new Date().toISOString().slice(0, 10)}, commit ${commit}, ${cpus().length} × ${cpu?.model ?? 'unknown'}, Node ${process.version}`;
}

/** A planted mistake, and what found it. */
export interface KilledMutant {
  readonly name: string;
  readonly file: string;
  readonly by: string;
}

export function writeMutantFigures(
  killed: readonly KilledMutant[],
  survivors: readonly Omit<KilledMutant, 'by'>[],
  measured: string,
): void {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const text = [
    '## Mutants',
    '',
    '`npm run sim:mutants -- --figures`: mistakes of ours, planted one at a time in one line of the code. The simulator has 2,000 seeds to find each; SQL',
    'that it does not run is held by the contract suite.',
    '',
    `*${measured}*`,
    '',
    `${killed.length} of ${killed.length + survivors.length} found. Survivors: ${survivors.length === 0 ? 'none' : survivors.map(({ name }) => name).join('; ')}.`,
    '',
    '| a program that | found by |',
    '| --- | --- |',
    ...killed.map(({ name, by }) => `| ${cell(name)} | ${cell(by.slice(0, LONGEST_CELL))} |`),
  ];
  replaceSection('mutants', text.join('\n'));
}

function simulationSection({ totals, seconds, perCpuSecond, measured }: Figures): string {
  const row = (...cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  const reached = totals.reached.size - totals.unreached.length;
  return [
    '## Simulation',
    '',
    '`npm run sim -- --figures`: the real machine, engine and barrier, with everything around them simulated, one event at a time, out of one seed',
    'per run. First anything may fail; then all heals, and everything that no person has to decide must come to its end.',
    '',
    `*${measured}*`,
    '',
    row('', ''),
    row('---', '---:'),
    row('seeds', totals.seeds),
    row('seeds with a broken promise', totals.failed),
    row('of them on the SQL of the SQLite adapter', totals.sqliteSeeds),
    row('transactions', totals.transactions),
    row('committed / aborted / parked', `${totals.committed} / ${totals.aborted} / ${totals.parked}`),
    row('effects in participants’ databases', totals.effects),
    row('events', totals.events),
    row('hours of virtual time', totals.virtualHours.toFixed(1)),
    row('faults', totals.faults),
    row('coverage marks reached', `${reached} of ${totals.reached.size}`),
    row('seconds', seconds.toFixed(0)),
    row('seeds per second of a core', perCpuSecond.toFixed(0)),
    '',
    row('fault', 'what it does', 'times'),
    row('---', '---', '---:'),
    ...Object.entries(faultClasses).map(([name, { does }]) => row(`\`${name}\``, does, totals.injected.get(name) ?? 0)),
    '',
    row('mark', 'what it means', 'times'),
    row('---', '---', '---:'),
    ...Object.entries(marks).map(([mark, means]) => row(`\`${mark}\``, means, totals.reached.get(mark) ?? 0)),
  ].join('\n');
}
