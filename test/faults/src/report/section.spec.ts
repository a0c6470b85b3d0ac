/** The figures as a page: only this section changes, and the numbers are those of the run. */
import type { Findings } from '../findings.js';
import type { Result } from '../run.js';
import type { Report } from './report.js';
import { sectionOf, withSection } from './section.js';

function findings(differing: Partial<Findings['figures']> = {}, parked = 0): Findings {
  const figures = {
    orders: 10,
    seconds: 2,
    endedPerSecondBefore: 50,
    endedPerSecondUnderFault: 20,
    underFault: 8,
    harms: { 'coordinator killed': 3 },
    recoveryMs: { 'coordinator killed': [900, 100, 500] },
    takeoverMs: { 'node killed': [2_400, 2_200] },
    duplicatesAbsorbed: 4,
    repeats: 0,
    refusals: {},
    ...differing,
  };
  return { audit: { violations: [], committed: 6, aborted: 4, parked, convergedAfterMs: 10 }, figures };
}

const passed: Result = { name: 'killed', title: 'It is killed', outcome: 'passed', remarks: [], seconds: 9, findings: findings() };
const skipped: Result = { name: 'disk', title: 'No room', outcome: 'skipped', remarks: ['it needs root'], seconds: 0, findings: null };
const failed: Result = {
  ...passed,
  name: 'lost',
  outcome: 'failed',
  remarks: ['stock is off', 'money is off'],
  findings: findings({ duplicatesAbsorbed: null }, 2),
};

const reportOf = (...results: readonly Result[]): Report => ({
  at: '2030-01-02T03:04:05Z',
  commit: 'abc1234',
  machine: '2 cores',
  scale: 1,
  results,
});

describe('the section of a run in docs/reliability.md', () => {
  it('adds up what all scenarios did and found', () => {
    const section = sectionOf(reportOf(passed, failed, skipped));
    expect(section).toContain('2030-01-02 at commit `abc1234`, on 2 cores');
    for (const row of [
      '| scenarios passed | 1 |',
      '| scenarios failed | 1 |',
      '| scenarios skipped on this machine | 1 |',
      '| processes killed (SIGKILL) | 6 |',
      '| transactions | 20 |',
      '| duplicates absorbed (where counted) | 4 |',
      '| human interventions needed | 2 |',
      '| violations | 2 |',
    ])
      expect(section).toContain(row);
    expect(section).toContain('| coordinator killed | 6 | 500 | 900 |');
    expect(section).toContain('| node killed | 4 | 2200 | 2400 |');
    expect(section).toContain('| `killed` | It is killed | passed | 9 | 3 | 6 | 4 | 50 | 20 | 4 |');
    expect(section).toContain('- `disk` skipped: it needs root');
    expect(section).toContain('- `lost` failed: money is off');
  });

  it('replaces the one before, and touches nothing else of the page', () => {
    const page = withSection('# Reliability\n\nOf others.\n', 'first');
    const again = withSection(`${page}\nBehind it.\n`, 'second');
    expect(again).toBe('# Reliability\n\nOf others.\n\n<!-- faults: begin -->\nsecond\n<!-- faults: end -->\n\nBehind it.\n');
  });
});
