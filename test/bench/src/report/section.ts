/** The section of docs/performance.md that is written by a run: measured numbers and nothing else, ratios first. */
import type { Figures } from '../figures.js';
import type { Drawing } from './plots.js';
import { figuresOf, type Report } from './report.js';

const begin = '<!-- bench: begin -->';
const end = '<!-- bench: end -->';

/** `page` with this section in place of the one that is marked there, or at its end when none is. */
export function withSection(page: string, section: string): string {
  const marked = `${begin}\n${section}\n${end}`;
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) return `${page.trimEnd()}\n\n${marked}\n`;
  return `${page.slice(0, from)}${marked}${page.slice(to + end.length)}`;
}

/** The section as Markdown, without its marks. */
export function sectionOf(report: Report, drawings: readonly Drawing[]): string {
  const figures = figuresOf(report);
  const plots = drawings.map(({ file, title }) => `![${title}](performance/${file})`);
  const tables = [barTable(report), levels(figures), rates(figures), lives(figures)];
  const parts = [introduction(report), ...tables, ...plots, remarks(report), others(figures)];
  return parts.filter((part) => part !== '').join('\n\n');
}

function introduction({ at, commit, machine, node, database, arguments: args, rounds, roundMs, isQuick }: Report): string {
  const command = ['npm run bench', ...(args.length === 0 ? [] : ['--', ...args])].join(' ');
  const kind = isQuick ? 'A quick run: it shows that everything works, hardly how fast. ' : '';
  const server = database === null ? '' : `, MariaDB ${database}`;
  return `## Measured

${kind}Measured by \`${command}\` on ${at.slice(0, 10)} at commit \`${commit}\`, on ${machine}, Node ${node}${server}: load, participants, coordinators and database share
the machine. Loops are medians of ${rounds} ${rounds === 1 ? 'round' : 'rounds'} of ${roundMs / 1_000} s. Figures of two runs do not compare, ratios of one run do.`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_cell, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

function barTable({ bars }: Report): string {
  return table(
    ['what', 'wanted', 'measured', ''],
    bars.map(({ what, wanted, measured, outcome }) => [what, wanted, measured, outcome === 'missed' ? '**missed**' : outcome]),
  );
}

function levels(figures: Figures): string {
  const places = ['saga', 'target', 'sqlite'].flatMap((name) =>
    ['1', '16', '64', '128'].filter((level) => figures.value(`${name}.${level}.tx_per_s`) !== null).map((level) => ({ name, level })),
  );
  const named: Readonly<Record<string, string>> = { saga: 'MariaDB', target: 'other server', sqlite: 'embedded SQLite' };
  return table(
    [
      '2-step saga on',
      'in flight',
      'against direct',
      'tx/s',
      'direct tx/s',
      'p50 ms',
      'p99 ms',
      'coordinator CPU µs',
      'database CPU µs',
      'commits per tx',
      'log bytes per tx',
      'flush p50 ms',
      'failures',
    ],
    places.map(({ name, level }) => {
      const of = (part: string) => figures.value(`${name}.${level}.${part}`);
      const [coordinator, database] = [of('coordinator_us'), of('database_us')];
      return [
        named[name]!,
        level,
        shown(of('ratio'), 3),
        ...[of('tx_per_s'), of('direct_per_s')].map((value) => shown(value, 0)),
        ...[of('p50_ms'), of('p99_ms')].map((value) => shown(value, 2)),
        ...[coordinator, database].map((value) => shown(value, 0)),
        shown(of('commits_per_tx'), 3),
        shown(of('redo_bytes_per_tx'), 0),
        shown(of('flush_p50_ms'), 2),
        shown(of('failures'), 0),
      ];
    }),
  );
}

function rates(figures: Figures): string {
  const places = Object.keys(figures.all()).flatMap((name) => /^open\.(\d+)\.p50_ms$/.exec(name)?.[1] ?? []);
  return table(
    [
      'open loop, begun per second',
      'ended per second',
      'p50 ms',
      'p99 ms',
      'p99.9 ms',
      'slowest ms',
      'driver late p99 ms',
      'failures',
      'not begun',
    ],
    places.map((place) => {
      const of = (part: string) => figures.value(`open.${place}.${part}`);
      const times = ['p50_ms', 'p99_ms', 'p999_ms', 'max_ms', 'driver_late_p99_ms'].map((part) => shown(of(part), 2));
      return [place, shown(of('completed_per_s'), 0), ...times, shown(of('failures'), 0), shown(of('shed'), 0)];
    }),
  );
}

/** Loops of other work than the plain saga. */
function lives(figures: Figures): string {
  const names = Object.keys(figures.all()).flatMap((name) => /^((?:tcc|aborting|secured|checkout)\b.*)\.p50_ms$/.exec(name)?.[1] ?? []);
  return table(
    ['closed loop', 'per second', 'against the saga', 'p50 ms', 'p99 ms', 'failures'],
    names.map((name) => {
      const of = (part: string) => figures.value(`${name}.${part}`);
      const times = ['p50_ms', 'p99_ms'].map((part) => shown(of(part), 2));
      return [`\`${name}\``, shown(of('tx_per_s') ?? of('orders_per_s'), 0), shown(of('ratio'), 2), ...times, shown(of('failures'), 0)];
    }),
  );
}

/** Everything that no other table shows, by name; folded away. */
function others(figures: Figures): string {
  const shownElsewhere = /^(saga|target|sqlite|open)\.\d|^(tcc|aborting|secured|checkout)\b/;
  const rows = Object.entries(figures.all()).filter(([name]) => !shownElsewhere.test(name));
  if (rows.length === 0) return '';
  const all = table(
    ['figure', 'value', 'unit'],
    rows.map(([name, { value, unit }]) => [`\`${name}\``, shown(value, decimalsOf(value)), unit]),
  );
  return `<details><summary>All other figures</summary>\n\n${all}\n\n</details>`;
}

function decimalsOf(value: number): number {
  if (Number.isInteger(value) || Math.abs(value) >= 1_000) return 0;
  return Math.abs(value) >= 100 ? 1 : 2;
}

/** What was not measured is not shown. */
function shown(value: number | null, decimals: number): string {
  return value === null ? '' : value.toLocaleString('en', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

function remarks({ broken }: Report): string {
  return Object.entries(broken)
    .map(([name, why]) => `- \`${name}\` did not come to an end: ${why.split('\n')[0]}`)
    .join('\n');
}
