import { aBegin, aMove, anAttempt, anAttention, anAudit, anImage } from '../../../../test/contract/support/rows.js';
import { packFlush } from './packet.js';
import { UnstorableError } from './sql/index.js';

const MAX_BYTES = 1_000_000;
const me = '4611686018427387905';
const empty = {
  begins: [],
  moves: [],
  attempts: [],
  attention: [],
  audit: [],
  events: [],
  declarations: [],
  commands: [],
  applied: [],
  dismissed: [],
};
const batch = { fence: { incarnation: me, flushes: 3 }, flush: '4611686018427387999', ...empty };
const kinds = (content: object) =>
  packFlush({ ...batch, ...content }, MAX_BYTES).statements.map(({ sql }) =>
    sql
      .split(/[ (]/, 4)
      .join(' ')
      .replace(/ SET.*/, ''),
  );
const gids = (count: number) => Array.from({ length: count }, (_, place) => `g-${place}`);

describe('the packet of a flush', () => {
  it('of a beat has the fence, the clock and nothing else', () => {
    expect(kinds({})).toEqual([
      'BEGIN',
      'UPDATE coordinator_node',
      'SET @moment_of_flush=IF EXISTS SELECT',
      'SELECT @moment_of_flush AS nowMs',
      'COMMIT',
    ]);
  });

  it('begins with the fence and ends with COMMIT, whatever is in between', () => {
    const all = kinds({
      begins: [aBegin('a', me)],
      moves: [aMove('b', me)],
      attempts: [anAttempt('a')],
      attention: [{ gid: 'a', rows: [anAttention()] }],
      audit: [anAudit('a')],
      declarations: [{ incarnation: '7', flushes: 1 }],
    });
    expect(all.slice(0, 2)).toEqual(['BEGIN', 'UPDATE coordinator_node']);
    expect(all.slice(-2)).toEqual(['SELECT @moment_of_flush AS nowMs', 'COMMIT']);
    expect(all).toHaveLength(14);
  });

  it('takes equal ends together: one statement, however many', () => {
    const ends = gids(60).map((gid) => aMove(gid, me));
    const mixed = [...ends, aMove('x', me, { image: anImage({ status: 'aborted', progress: '{"why":1}' }) })];
    const { statements } = packFlush({ ...batch, moves: mixed }, MAX_BYTES);
    expect(statements.filter((one) => one.role === 'move').map((one) => one.asked)).toEqual([60, 1]);
  });

  it('keeps the number of statements bounded when no two moves are equal', () => {
    const moves = gids(250).map((gid, place) => aMove(gid, me, { image: null, dueAtMs: place }));
    const twins = gids(40).map((gid, place) => aMove(`t-${gid}`, me, { image: null, dueAtMs: 1_000 + Math.floor(place / 2) }));
    const { statements } = packFlush({ ...batch, moves: [...moves, ...twins] }, MAX_BYTES);
    const asked = statements.filter((one) => one.role === 'move').map((one) => one.asked ?? 0);
    expect(asked.reduce((sum, count) => sum + count)).toBe(290);
    expect(asked.filter((count) => count === 2)).toHaveLength(8);
    expect(asked.filter((count) => count !== 2)).toEqual([100, 100, 74]);
  });

  it('is refused before it is sent when it is larger than the server takes', () => {
    const large = { ...batch, begins: [aBegin('a', me, { definition: 'é'.repeat(MAX_BYTES / 2) })] };
    expect(() => packFlush(large, MAX_BYTES)).toThrow(UnstorableError);
    expect(() => packFlush(large, 2 * MAX_BYTES)).not.toThrow();
  });

  it('is refused when it has more rows than any writer collects', () => {
    expect(() => packFlush({ ...batch, begins: gids(10_001).map((gid) => aBegin(gid, me)) }, 100 * MAX_BYTES)).toThrow(/out of bounds/);
  });

  it.each([
    ['a flush number that is no number', { flush: "1' OR 1=1", begins: [aBegin('a', me)] }],
    ['a flush number beyond 63 bits', { flush: '9223372036854775808', begins: [aBegin('a', me)] }],
    ['an owner that is no number', { begins: [aBegin('a', '1 OR 1')] }],
    ['a time that is no number', { begins: [aBegin('a', me, { createdAtMs: Number.NaN })] }],
    ['a version that is too large', { moves: [aMove('a', me, { fromVersion: Number.MAX_VALUE })] }],
    ['a content hash with a quote', { begins: [aBegin('a', me, { contentHash: `'${'a'.repeat(63)}` })] }],
  ])('is refused with %s', (_what, content) => {
    expect(() => packFlush({ ...batch, ...content }, MAX_BYTES)).toThrow(UnstorableError);
  });
});
