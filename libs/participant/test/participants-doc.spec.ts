import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { refusals } from '../src/barrier/decide.js';
import { problems } from '../src/http/problems.js';

describe('docs/participants.md', () => {
  const text = readFileSync(join(process.cwd(), 'docs/participants.md'), 'utf8');
  const codes = text.slice(text.indexOf('| code | status |'), text.indexOf('An operator'));

  it.each(Object.entries(problems).map(([code, { status }]) => [code, status] as const))('lists %s with its status %i', (code, status) => {
    expect(codes).toMatch(new RegExp(`^\\|.*\`${code}\`.*\\| ${status} \\|`, 'm'));
  });

  it.each(Object.keys(refusals))('lists the refusal %s', (code) => {
    expect(codes).toMatch(new RegExp(`^\\|.*\`${code}\`.*\\| 409 \\|`, 'm'));
  });

  it('says in bold that empty rollbacks are to be expected', () => {
    expect(text).toMatch(/\*\*Expect an empty rollback:/);
  });
});
