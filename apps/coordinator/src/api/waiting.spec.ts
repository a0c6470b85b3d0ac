import { readConfiguration } from '../configuration/index.js';
import { waitMsOf } from './waiting.js';

describe('A wait', () => {
  const { limits } = readConfiguration({ ASSENT_MAX_WAIT_MS: '3000' });

  it.each([
    [undefined, 3_000],
    [0, 0],
    [250, 250],
    [60_000, 3_000],
  ])('of %s ms lasts %d ms where 3,000 ms are allowed', (asked, lasts) => {
    expect(waitMsOf(asked, limits)).toBe(lasts);
  });

  it('that names no time lasts 5 s', () => {
    expect(waitMsOf(undefined, readConfiguration({}).limits)).toBe(5_000);
  });
});
