/** The section of docs/reliability.md that is written by a run: measured numbers and nothing else. */
import { leaseMs, promisedTakeoverMs } from '../campaign/index.js';
import type { Findings } from '../findings.js';
import type { Result } from '../run.js';
import type { Report } from './report.js';

const begin = '<!-- faults: begin -->';
const end = '<!-- faults: end -->';

type Measured = Result & { readonly findings: Findings };

/** `page` with this section in place of the one that is marked there, or at its end when none is. */
export function withSection(page: string, section: string): string {
  const marked = `${begin}\n${section}\n${end}`;
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) return `${page.trimEnd()}\n\n${marked}\n`;
  return `${page.slice(0, from)}${marked}${page.slice(to + end.length)}`;
}

/** The section as Markdown, without its marks. */
export function sectionOf(report: Report): string {
  const measured = report.results.filter((result): result is Measured => result.findings !== null);
  return [
    introduction(report),
    totals(report, measured),
    scenarioTable(measured),
    recoveryTable(measured),
    takeoverTable(measured),
    remarks(report),
  ].join('\n\n');
}

function introduction({ at, commit, machine, scale, results }: Report): string {
  const minutes = (results.reduce((sum, { seconds }) => sum + seconds, 0) / 60).toFixed(1);
  const work = scale === 1 ? 'the whole campaign' : `a short campaign (${scale} of the work)`;
  return `## Real faults

Written by \`npm run faults -- --report\`: ${work} of ${at.slice(0, 10)} at commit \`${commit}\`, on ${machine}, in ${minutes} minutes. Real processes of the build, real
databases, one machine for everything: customers, services, coordinators, proxies and MariaDB share its cores, so throughput is for comparing
within this table only.`;
}

function totals({ results }: Report, measured: readonly Measured[]): string {
  const sum = (of: (result: Measured) => number) => measured.reduce((total, result) => total + of(result), 0);
  const harms = (pattern: RegExp) =>
    sum(({ findings }) => Object.entries(findings.figures.harms).reduce((total, [kind, n]) => total + (pattern.test(kind) ? n : 0), 0));
  const rows: readonly (readonly [string, number])[] = [
    ['scenarios passed', results.filter(({ outcome }) => outcome === 'passed').length],
    ['scenarios failed', results.filter(({ outcome }) => outcome === 'failed').length],
    ['scenarios skipped on this machine', results.filter(({ outcome }) => outcome === 'skipped').length],
    ['processes killed (SIGKILL)', harms(/killed/)],
    ['processes stopped and continued (SIGSTOP)', harms(/paused/)],
    ['silent partitions', harms(/partition|isolated/)],
    ['acknowledgements of commits lost', harms(/acknowledgements lost/)],
    ['transactions', sum(({ findings }) => findings.audit.committed + findings.audit.aborted)],
    ['of these open under fault', sum(({ findings }) => findings.figures.underFault)],
    ['duplicates absorbed (where counted)', sum(({ findings }) => findings.figures.duplicatesAbsorbed ?? 0)],
    ['human interventions needed', sum(({ findings }) => findings.audit.parked)],
    ['violations', results.filter(({ outcome }) => outcome === 'failed').reduce((total, { remarks }) => total + remarks.length, 0)],
  ];
  return `| | |\n|---|---|\n${rows.map(([name, value]) => `| ${name} | ${value.toLocaleString('en')} |`).join('\n')}`;
}

function scenarioTable(measured: readonly Measured[]): string {
  const rows = measured.map(({ name, title, outcome, seconds, findings: { audit, figures } }) => {
    const harms = Object.entries(figures.harms).reduce((total, [, n]) => total + n, 0);
    const [before, under, absorbed] = [figures.endedPerSecondBefore, figures.endedPerSecondUnderFault, figures.duplicatesAbsorbed].map(
      shown,
    );
    return `| \`${name}\` | ${title} | ${outcome} | ${seconds} | ${harms} | ${audit.committed} | ${audit.aborted} | ${before} | ${under} | ${absorbed} |`;
  });
  return `| scenario | what is done | outcome | seconds | faults | committed | aborted | ended/s before | ended/s under fault | duplicates absorbed |
|---|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}`;
}

/** What was not measured is not shown. */
function shown(value: number | null): string {
  return value === null ? '' : String(value);
}

function recoveryTable(measured: readonly Measured[]): string {
  return `Recovery: from the beginning of the harm until every transaction that was open then is final, the time for which a process was down, stopped or cut
off included. With few samples p99 is the slowest.

${timesTable(measured, ({ recoveryMs }) => recoveryMs)}`;
}

function takeoverTable(measured: readonly Measured[]): string {
  const lease = leaseMs / 1_000;
  return `Takeover: from the harm to one node of several until the others drive everything that it drove, with a lease of ${lease} s. Promised, and judged by the
scenarios, are ${promisedTakeoverMs.ofDead} ms after a kill (1.25 leases and a second) and ${promisedTakeoverMs.ofSilent} ms of a node that is stopped or cut off (2.25 leases and a second).

${timesTable(measured, ({ takeoverMs }) => takeoverMs ?? {})}`;
}

/** By kind of harm, over all scenarios. */
function timesTable(
  measured: readonly Measured[],
  timesOf: (figures: Findings['figures']) => Readonly<Record<string, readonly number[]>>,
): string {
  const byKind = new Map<string, number[]>();
  for (const { findings } of measured) {
    for (const [kind, times] of Object.entries(timesOf(findings.figures))) byKind.set(kind, [...(byKind.get(kind) ?? []), ...times]);
  }
  const rows = [...byKind].map(([kind, times]) => {
    const sorted = [...times].sort((a, b) => a - b);
    return `| ${kind} | ${times.length} | ${quantile(sorted, 0.5)} | ${quantile(sorted, 0.99)} |`;
  });
  return `| after | times | p50 ms | p99 ms |\n|---|---|---|---|\n${rows.join('\n')}`;
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

function remarks({ results }: Report): string {
  const lines = results.flatMap(({ name, outcome, remarks: said }) =>
    said.map((remark) => `- \`${name}\` ${outcome}: ${remark.split('\n')[0]}`),
  );
  return lines.length === 0 ? 'Nothing was violated and nothing was skipped.' : lines.join('\n');
}
