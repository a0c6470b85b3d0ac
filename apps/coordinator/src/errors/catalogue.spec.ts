import { readFileSync, writeFileSync } from 'node:fs';
import { ApiError, catalogue, errorDocument, isErrorCode } from './index.js';

describe('The error catalogue', () => {
  it.each(Object.entries(catalogue))('explains %s', (code, entry) => {
    expect(code).toMatch(/^[a-z][a-z0-9_]*$/);
    expect(entry.status).toBeGreaterThanOrEqual(400);
    expect(entry.title).not.toMatch(/\.$/);
    expect(entry.help).toMatch(/[.)]$/);
  });

  it('is documented as it is', () => {
    const page = new URL('../../../../docs/errors.md', import.meta.url);
    if (process.env.UPDATE_DOCS === '1') writeFileSync(page, errorDocument());
    expect(readFileSync(page, 'utf8')).toBe(errorDocument());
  });

  it('makes problem details of an error', () => {
    const error = new ApiError('pivot_not_alone', 'Step "ship" is a pivot.', { pointer: '/branches/3' });
    expect(error.toBody()).toEqual({
      type: 'https://assent.dev/errors/pivot_not_alone',
      title: 'A pivot may not run beside another step',
      status: 422,
      code: 'pivot_not_alone',
      detail: 'Step "ship" is a pivot.',
      pointer: '/branches/3',
    });
  });

  it('knows its codes, and not what every object has', () => {
    expect(isErrorCode('cycle')).toBe(true);
    expect(isErrorCode('constructor')).toBe(false);
  });
});
