import { Figures } from '../figures.js';
import { quickSettings } from '../settings.js';
import { bars, drawingsOf, judge, linesOf, niceCeiling, reportOf, sectionOf, svgOf, withSection } from './index.js';

function measured(values: Readonly<Record<string, number>>): Figures {
  const figures = new Figures();
  for (const [name, value] of Object.entries(values)) figures.add(name, 'ratio', value);
  return figures;
}

const outcomeOf = (figures: Figures, words: string) => judge(figures).find(({ what }) => what.startsWith(words))?.outcome;

describe('the bars', () => {
  it.each([
    ['2-step saga', { 'saga.64.ratio': 0.25 }, 'met'],
    ['2-step saga', { 'saga.64.ratio': 0.249 }, 'missed'],
    ['the same with roles', { 'secured.direct_ratio': 0.24, 'secured.ratio': 0.99 }, 'missed'],
    ['latency at one', { 'latency.ratio': 2.01 }, 'missed'],
    ['2-branch TCC', { 'tcc.ratio': 0.6 }, 'met'],
    ['commits at the database', { 'saga.64.commits_per_tx': 0.3, 'saga.64.flush_p50_ms': 0.9 }, 'met'],
    ['commits at the database', { 'saga.64.commits_per_tx': 0.3, 'saga.64.flush_p50_ms': 1.1 }, 'missed'],
    ['commits at the database', { 'saga.64.commits_per_tx': 0.1 }, 'not measured'],
    ['drain', { 'drain.tx_per_s': 2_500, 'drain.most_calls_at_one_participant': 64, 'drain.concurrency_limit': 64 }, 'met'],
    ['drain', { 'drain.tx_per_s': 2_500, 'drain.most_calls_at_one_participant': 65, 'drain.concurrency_limit': 64 }, 'missed'],
    ['takeover after kill', { 'takeover.killed_s': 7.25 }, 'met'],
    ['takeover after kill', { 'takeover.killed_s': 7.3 }, 'missed'],
    ['takeover of a paused', { 'takeover.paused_s': 12.3 }, 'missed'],
    ['transactions at rest: growth', { 'at-rest.memory_growth_mb': 49, 'at-rest.rows': 1e6 }, 'met'],
    ['transactions at rest: time', { 'at-rest.claim_time_ratio': 1.3, 'at-rest.rows': 1e6 }, 'missed'],
    ['CPU of coordinator', { 'growth.cpu_ratio': 1.16, 'growth.rows': 1e6 }, 'missed'],
    ['two nodes', { 'two-nodes.ratio': 0.85 }, 'met'],
    ['memory of the coordinator', { 'memory.growth': 1.02, 'memory.most_mb': 301, 'memory.transactions': 1e6 }, 'missed'],
  ])('say of "%s" with %j that it is %s', (words, values, outcome) => {
    expect(outcomeOf(measured(values), words)).toBe(outcome);
  });

  it('are not met by what was not measured', () => {
    expect(new Set(judge(new Figures()).map(({ outcome }) => outcome))).toEqual(new Set(['not measured']));
  });
});

const run = {
  startedAt: new Date('2026-11-25T08:00:00Z'),
  args: ['--scenario', 'saga', '--json', '/somewhere/x.json', '--report', '--profile', '/somewhere'],
  settings: quickSettings,
  database: '10.11.1-MariaDB',
  broken: { drain: 'the participants never came back\n  at drain.ts' },
};

describe('the section of the page', () => {
  const figures = measured({
    'saga.64.ratio': 0.256,
    'saga.64.tx_per_s': 8_123.4,
    'open.500.p50_ms': 1.5,
    'open.500.p99_ms': 4,
    'two-nodes.ratio': 0.9,
    'secured.p50_ms': 12,
    'secured.tx_per_s': 5_000,
    'secured.ratio': 0.97,
    'checkout.tcc.64.p50_ms': 9,
    'checkout.tcc.64.orders_per_s': 900,
  });
  const report = reportOf({ ...run, figures }, 'abc1234');
  const section = sectionOf(report, drawingsOf(figures));

  it('says how it came about, but not where files went', () => {
    expect(section).toContain('`npm run bench -- --scenario saga --profile DIR` on 2026-11-25 at commit `abc1234`');
    expect(section).not.toContain('somewhere');
  });

  it('has the bars first, then every figure once', () => {
    expect(section).toContain('| 2-step saga, wait for the outcome, 64 in flight, against direct calls | ≥ 0.25 | 0.256 | met |');
    expect(section).toContain('| MariaDB | 64 | 0.256 | 8,123 |');
    expect(section).toContain('| `two-nodes.ratio` | 0.90 | ratio |');
    expect(section).toContain('| `secured` | 5,000 | 0.97 | 12.00 |  |  |');
    expect(section).toContain('| `checkout.tcc.64` | 900 |  | 9.00 |  |  |');
    expect(section).not.toContain('`saga.64.ratio`');
    expect(section.indexOf('wanted')).toBeLessThan(section.indexOf('in flight | against direct'));
  });

  it('shows the plots of what was measured, and says what did not come to an end', () => {
    expect(section).toContain('(performance/throughput.svg)');
    expect(section).not.toContain('(performance/memory.svg)');
    expect(section).toContain('- `drain` did not come to an end: the participants never came back');
  });

  it('takes the place of the one before, and leaves the rest of the page alone', () => {
    const once = withSection('# Performance\n\nProse.\n', 'first');
    const twice = withSection(`${once}\nMore prose.\n`, 'second');
    expect(twice).toBe('# Performance\n\nProse.\n\n<!-- bench: begin -->\nsecond\n<!-- bench: end -->\n\nMore prose.\n');
  });

  it('is told at the terminal as well, with what failed', () => {
    const told = linesOf(reportOf({ ...run, figures: measured({ 'saga.64.ratio': 0.3, 'saga.64.failures': 3 }) }, 'abc')).join('\n');
    expect(told).toMatch(/2-step saga.* ≥ 0\.25 .*0\.300 .*met/);
    expect(told).toContain('saga.64.failures: 3 pieces of work failed');
    expect(told).toContain('drain did not come to an end');
    expect(told.match(/not measured/g)).toHaveLength(bars.length - 1);
  });
});

describe('a plot', () => {
  const plot = { title: 'a < b & c', xTitle: 'x', yTitle: 'y', places: ['1', '64'], lines: [{ name: 'saga', values: [5, 10] }] };

  it('is a document of its own, with all words escaped', () => {
    const svg = svgOf(plot);
    expect(svg).toContain('<title>a &lt; b &amp; c</title>');
    expect(svg).not.toMatch(/a < b|href|script/);
  });

  it('draws each value at its height, zero at the bottom and the highest below the top', () => {
    expect(svgOf(plot)).toContain('points="72,176 552,44"');
    expect(svgOf({ ...plot, lines: [{ name: 'none', values: [null, 10] }] })).toContain('points="552,44"');
  });

  it.each([
    [0, 1],
    [0.26, 0.5],
    [7, 10],
    [201, 250],
    [8_123, 10_000],
  ])('ends the axis above %d at %d', (value, top) => {
    expect(niceCeiling(value)).toBeCloseTo(top, 9);
  });
});
