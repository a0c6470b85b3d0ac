import { countsInWords, type Progress, progressDisplay } from './progress.js';

const progress: Progress = { done: 118, committed: 81, aborted: 33, retrying: 4, trouble: 'inventory is down (killed by the demo)' };

describe('the progress', () => {
  it('counts what is done and says what is being done to the shop', () => {
    expect(countsInWords(progress)).toBe('committed 81   aborted 33   retrying 4   inventory is down (killed by the demo)');
    expect(countsInWords({ ...progress, retrying: 0, trouble: '' })).toBe('committed 81   aborted 33');
  });

  it('is a line every few seconds, and at every change of trouble, where there is no terminal', () => {
    const written: string[] = [];
    const out = { isTTY: false, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream;
    let nowMs = 0;
    const display = progressDisplay(200, out, () => nowMs);
    const calm = { ...progress, trouble: '' };
    display.show(calm);
    nowMs = 2_999;
    display.show(calm);
    expect(written).toEqual([]);
    display.show(progress);
    display.show(progress);
    expect(written).toEqual(['         118/200   committed 81   aborted 33   retrying 4   inventory is down (killed by the demo)\n']);
    nowMs += 3_000;
    display.show(progress);
    expect(written).toHaveLength(2);
  });
});
