/** How the orders ended, by mode, and why the aborted ones were. */

export type Mode = 'tcc' | 'saga';

/** How one order ended, as its transaction says. */
export interface Outcome {
  readonly mode: Mode;
  readonly status: 'committed' | 'aborted' | 'open';
  /** The code of the refusal, or what else decided to abort (`deadline`). */
  readonly reason?: string;
}

const modes: readonly Mode[] = ['tcc', 'saga'];

/** The lines of the table. A line of open orders appears only when there are any. */
export function outcomeTable(outcomes: readonly Outcome[]): readonly string[] {
  const lines = [
    row('outcome', [...modes], 'why aborted'),
    countRow('committed', outcomes),
    countRow('aborted', outcomes, reasonsOf(outcomes)),
  ];
  if (outcomes.some(({ status }) => status === 'open')) lines.push(countRow('open', outcomes, 'NOT FINAL'));
  return lines;
}

function countRow(status: Outcome['status'], outcomes: readonly Outcome[], remark = ''): string {
  const counts = modes.map((mode) => String(outcomes.filter((outcome) => outcome.mode === mode && outcome.status === status).length));
  return row(status, counts, remark);
}

function reasonsOf(outcomes: readonly Outcome[]): string {
  const counts = new Map<string, number>();
  for (const { status, reason = 'unknown' } of outcomes) {
    if (status === 'aborted') counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([reason, count]) => `${reason} ${count}`)
    .join('   ');
}

function row(name: string, counts: readonly string[], remark: string): string {
  return `${name.padEnd(26)}${counts.map((count) => count.padStart(7)).join('')}        ${remark}`.trimEnd();
}
