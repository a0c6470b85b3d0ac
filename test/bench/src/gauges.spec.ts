import { cpuUs, growth, medianOfHistogram, readExposition, residentMb } from './gauges.js';

const before = readExposition(`# HELP flush_seconds how long
flush_seconds_bucket{le="0.001"} 10
flush_seconds_bucket{le="0.002"} 10
flush_seconds_bucket{le="+Inf"} 10
finished_total{pattern="saga",outcome="committed"} 5
finished_total{pattern="tcc",outcome="aborted"} 5
finished_total_of_something_else 7
`);
const after = readExposition(`flush_seconds_bucket{le="0.001"} 11
flush_seconds_bucket{le="0.002"} 14
flush_seconds_bucket{le="+Inf"} 14
finished_total{pattern="saga",outcome="committed"} 25
finished_total{pattern="tcc",outcome="aborted"} 6
finished_total_of_something_else 99
`);

describe('what the coordinator says about itself', () => {
  it('is summed over all series of a name, and no other', () => {
    expect(growth(before, after, 'finished_total')).toBe(21);
  });

  it('has the median of what a histogram saw between two looks', () => {
    // Four since: one up to 1 ms, three between 1 and 2 ms; the second of them is a third of the way.
    expect(medianOfHistogram(before, after, 'flush_seconds')).toBeCloseTo(0.001_333, 6);
    expect(medianOfHistogram(after, after, 'flush_seconds')).toBeNaN();
  });
});

describe('what the system says about a process', () => {
  const here = process.platform === 'linux' ? it : it.skip;

  here('is its CPU time and its memory', () => {
    expect(residentMb(process.pid)).toBeCloseTo(process.memoryUsage().rss / 2 ** 20, -2);
    const { user, system } = process.cpuUsage();
    expect(Math.abs(cpuUs(process.pid) - user - system)).toBeLessThan(500_000);
  });

  it('is nothing for a process that is gone', () => {
    expect(cpuUs(undefined)).toBeNaN();
    expect(residentMb(undefined)).toBeNaN();
  });
});
