import fc from 'fast-check';
import { ApiError } from '../errors/index.js';
import { parseBody } from './index.js';

function codeOf(text: string | Buffer): string | null {
  try {
    parseBody(Buffer.from(text));
  } catch (error) {
    if (error instanceof ApiError) return error.code;
    throw error;
  }
  return null;
}

describe('A request body', () => {
  it('comes back as it was meant', () => {
    expect(parseBody(Buffer.from('{"a":[1,2.5,-0.1e3,"ü\\u00e9\\ud83d\\ude00"],"b":null}'))).toEqual({
      a: [1, 2.5, -100, 'üé😀'],
      b: null,
    });
  });

  it.each([
    ['', 'body_required'],
    ['{', 'not_json'],
    ['{"a":1}x', 'not_json'],
    ['\ufeff{}', 'not_json'],
    [Buffer.from([0x22, 0xff, 0x22]), 'not_json'],
    ['{"__proto__":{}}', 'forbidden_key'],
    ['{"a":[{"constructor":1}]}', 'forbidden_key'],
    ['{"\\u005f_proto__":1}', 'forbidden_key'],
    ['{"prototype":null}', 'forbidden_key'],
    ['{"a":1,"a":2}', 'duplicate_key'],
    ['{"a":1, "\\u0061" :1}', 'duplicate_key'],
    ['{"a":[{"b":1},{"b":{"c":":","d":"","c":1}}]}', 'duplicate_key'],
    ['{"a":"\\ud800"}', 'invalid_text'],
    ['{"\\udc00":1}', 'invalid_text'],
  ])('%j is refused as %s', (text, code) => {
    expect(codeOf(text)).toBe(code);
  });

  it('may name a key again in another object, and in texts', () => {
    expect(codeOf('{"a":{"a":1,"b":[{"a":"a:1"},{"a":{}}]},"b":"\\"a\\":1,\\"a\\":2","c":["a","a"]}')).toBeNull();
  });

  it('may be 32 levels deep, and no deeper', () => {
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
    expect(codeOf(nested(32))).toBeNull();
    expect(codeOf(nested(33))).toBe('too_deep');
    expect(codeOf(nested(200_000))).toBe('too_deep');
  });

  it.each([
    '0',
    '-0',
    '1.0',
    '0.1',
    '1e3',
    '1E+21',
    '100000000000000000000',
    '9007199254740992',
    '0.30000000000000004',
    '5e-324',
    '123456.78900',
  ])('keeps the number %s', (literal) => expect(codeOf(`{"a":${literal}}`)).toBeNull());

  it.each([
    '12345678901234567890',
    '9007199254740993',
    '1e400',
    '-1e400',
    '1e-400',
    '0.1234567890123456789',
    `0.${'3'.repeat(500)}`,
    '9'.repeat(500),
  ])('refuses the number %s, which would change', (literal) => expect(codeOf(`{"a":[ ${literal} ]}`)).toBe('unsafe_number'));

  it('does not take digits inside strings for numbers', () => {
    expect(codeOf('{"a":"x, 12345678901234567890 \\" : 1e400","b":"\\\\","c":1e2}')).toBeNull();
    expect(codeOf('{"a":"\\\\\\"","b":12345678901234567890}')).toBe('unsafe_number');
  });

  it('stays fast on texts made to be slow', () => {
    const before = performance.now();
    expect(codeOf(`{"a":"${'\\\\'.repeat(400_000)}","b":1e2}`)).toBeNull();
    expect(codeOf(`{"a":${'1'.repeat(800_000)}}`)).toBe('unsafe_number');
    expect(codeOf(`{"a":[${'1,'.repeat(300_000)}1e2]}`)).toBeNull();
    expect(performance.now() - before).toBeLessThan(10_000);
  });

  it('accepts whatever JSON.stringify writes, and reads it back', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6, stringUnit: 'grapheme' }), (value) => {
        const text = JSON.stringify(value);
        const code = codeOf(text);
        if (code !== null) return code === 'forbidden_key';
        return JSON.stringify(parseBody(Buffer.from(text))) === text;
      }),
    );
  });
});
