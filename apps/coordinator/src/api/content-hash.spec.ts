/** The form that is hashed is the one of RFC 8785: held against a library that makes nothing else. */
import { hash } from 'node:crypto';
import * as canonicalizeModule from 'canonicalize';
import { assert, dictionary, double, integer, jsonValue, oneof, property, string } from 'fast-check';
import { contentHash } from './content-hash.js';

const canonicalize = (canonicalizeModule as unknown as { default: (value: unknown) => string }).default;

function hashByTheBook(value: unknown): string {
  return hash('sha256', canonicalize(value), 'hex');
}

describe('the content hash', () => {
  it('does not depend on the order of keys or on white space', () => {
    const one = JSON.parse('{"b":[1,{"y":1e2,"x":"\\u00e9"}],"a":null}') as object;
    const other = JSON.parse('{ "a": null, "b": [1.0, {"x": "é", "y": 100}] }') as object;
    expect(contentHash(one)).toBe(contentHash(other));
    expect(contentHash(one)).not.toBe(contentHash({ ...one, a: 0 }));
  });

  it('is the hash of the RFC 8785 form, whatever the values', () => {
    assert(
      property(jsonValue({ maxDepth: 4 }), (value) => {
        const content = JSON.parse(JSON.stringify({ content: value })) as object;
        expect(contentHash(content)).toBe(hashByTheBook(content));
      }),
      { numRuns: 500 },
    );
  });

  it('sorts many keys by their UTF-16 units', () => {
    assert(
      property(
        dictionary(string({ unit: 'grapheme' }), oneof(double({ noNaN: true, noDefaultInfinity: true }), integer()), { maxKeys: 300 }),
        (value) => {
          const content = JSON.parse(JSON.stringify(value)) as object;
          expect(contentHash(content)).toBe(hashByTheBook(content));
        },
      ),
      { numRuns: 100 },
    );
  });
});
