import fc from 'fast-check';
import { formatMessageId, isLegalId, parseMessageId } from '../index.js';

const id = fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/).filter(isLegalId);

describe('the message id', () => {
  it('carries five parts there and back', () => {
    fc.assert(
      fc.property(id, id, fc.option(id), id, fc.integer({ min: 1, max: 999_999_999 }), (gid, branch, named, op, attempt) => {
        const contract = named === '-' ? null : named;
        expect(parseMessageId(formatMessageId({ gid, branch, contract, op, attempt }))).toEqual({ gid, branch, contract, op, attempt });
      }),
    );
  });

  it('is written without dots', () => {
    const text = formatMessageId({ gid: 'g', branch: 'b.1', contract: 'inventory.reserve', op: 'try', attempt: 2 });
    expect(text).toBe('g/b:1/inventory:reserve/try/2');
  });

  it.each([
    '',
    'g/b/c/try',
    'g/b/c/try/0',
    'g/b/c/try/01',
    'g/b/c/try/1/x',
    'g/b/c/try/x',
    'g//c/try/1',
    'g/b c/c/try/1',
    'g/b/c/try/1234567890',
  ])('is not %p', (text) => {
    expect(parseMessageId(text)).toBeNull();
  });
});
