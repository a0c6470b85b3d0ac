/** The end of a run, for whoever sits before it. */
import type { Report } from './report.js';

/** The bars as a table, and what went wrong. */
export function linesOf({ bars, figures, broken, machine, node, commit, isQuick }: Report): readonly string[] {
  const width = (part: 'what' | 'wanted' | 'measured') => Math.max(...bars.map((bar) => bar[part].length));
  const [what, wanted, measured] = [width('what'), width('wanted'), width('measured')];
  const failed = Object.entries(figures).filter(([name, { value }]) => name.endsWith('.failures') && value > 0);
  return [
    '',
    `${machine}, Node ${node}, commit ${commit}${isQuick ? ', a quick run: it shows that everything works, hardly how fast' : ''}`,
    '',
    ...bars.map((bar) => [bar.what.padEnd(what), bar.wanted.padEnd(wanted), bar.measured.padEnd(measured), bar.outcome].join('  ')),
    '',
    ...failed.map(([name, { value }]) => `${name}: ${value} pieces of work failed`),
    ...Object.entries(broken).map(([name, why]) => `${name} did not come to an end: ${why}`),
  ];
}
