/** Failpoints of real processes: how they are armed, what they do, and where they are refused. */
import { readFileSync, writeFileSync } from 'node:fs';
import { failpointsDocument, failpointsOf, ProcessFailpoints, parseFailpoints } from './index.js';
import type { Harm } from './parse.js';

/** A process that only notes what would have happened to it. */
function armed(text: string) {
  const harms: Harm[] = [];
  return { failpoints: new ProcessFailpoints(parseFailpoints(text), (harm) => harms.push(harm)), harms };
}

describe('ASSENT_FAILPOINT', () => {
  it('names a place, what happens there, and at which time', () => {
    expect(parseFailpoints('driver.after-persist:crash@3, writer.after-fence:stop,barrier.before-commit:delay:250@2')).toEqual([
      { name: 'driver.after-persist', harm: { kind: 'crash' }, at: 3 },
      { name: 'writer.after-fence', harm: { kind: 'stop' }, at: 1 },
      { name: 'barrier.before-commit', harm: { kind: 'delay', delayMs: 250 }, at: 2 },
    ]);
  });

  it.each([
    'driver.after-lunch:crash',
    'driver.after-persist',
    'driver.after-persist:explode',
    'driver.after-persist:crash@0',
    'driver.after-persist:crash:5',
    'driver.after-persist:delay',
    'driver.after-persist:delay:60001',
    'constructor:crash',
    '',
  ])('is refused with a line when it says %j', (text) => {
    expect(() => parseFailpoints(text)).toThrow(/^"[^\n]*$/);
  });

  it('is refused in production, and does nothing when it is not set', () => {
    expect(() => failpointsOf('driver.after-persist:crash', 'production')).toThrow('ASSENT_MODE=development');
    expect(failpointsOf(undefined, 'production').isArmed('driver.after-persist')).toBe(false);
    expect(failpointsOf('driver.after-persist:crash', 'development').isArmed('driver.after-persist')).toBe(true);
  });
});

describe('a failpoint', () => {
  it('hurts the process once, when it is passed for the time that was named', () => {
    const { failpoints, harms } = armed('driver.after-call:stop@2');
    failpoints.hit('driver.after-call');
    failpoints.hit('driver.before-call');
    expect(harms).toEqual([]);
    expect(failpoints.isArmed('driver.after-call')).toBe(true);
    failpoints.hit('driver.after-call');
    failpoints.hit('driver.after-call');
    expect(harms).toEqual([{ kind: 'stop' }]);
    expect(failpoints.isArmed('driver.after-call')).toBe(false);
  });

  it('may be armed more than once', () => {
    const { failpoints, harms } = armed('driver.after-call:delay:5@1,driver.after-call:crash@2');
    failpoints.hit('driver.after-call');
    failpoints.hit('driver.after-call');
    expect(harms).toEqual([{ kind: 'delay', delayMs: 5 }, { kind: 'crash' }]);
  });

  it('holds up the whole process for as long as it was told', () => {
    const startedAt = performance.now();
    failpointsOf('driver.after-call:delay:50', 'development').hit('driver.after-call');
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(49);
  });
});

describe('docs/failpoints.md', () => {
  it('lists the failpoints of the code, each with its reason', () => {
    const page = new URL('../../../docs/failpoints.md', import.meta.url);
    if (process.env.UPDATE_DOCS === '1') writeFileSync(page, failpointsDocument());
    expect(readFileSync(page, 'utf8')).toBe(failpointsDocument());
  });
});
