import { Figures } from './figures.js';

describe('figures', () => {
  it('are the medians of their rounds, and keep the rounds', () => {
    const figures = new Figures();
    figures.add('saga.64.ratio', 'ratio', [0.3, 0.1, 0.2]);
    figures.add('drain.backlog', 'count', 20_000);
    expect(figures.all()).toEqual({
      'saga.64.ratio': { value: 0.2, unit: 'ratio', rounds: [0.3, 0.1, 0.2] },
      'drain.backlog': { value: 20_000, unit: 'count' },
    });
  });

  it('leave out what was not measured, instead of showing something', () => {
    const figures = new Figures();
    figures.add('saga.1.coordinator_us', 'us', Number.NaN);
    figures.add('saga.1.p50_ms', 'ms', [Number.NaN, 3]);
    expect(figures.value('saga.1.coordinator_us')).toBeNull();
    expect(figures.value('saga.1.p50_ms')).toBe(3);
  });

  it('have one name each', () => {
    const figures = new Figures();
    figures.add('a', 'ms', 1);
    expect(() => figures.add('a', 'ms', 2)).toThrow('two figures are called a');
  });
});
