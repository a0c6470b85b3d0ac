import { allowedOriginProblems, makeParticipantKey, parseParticipantList, participantProblems } from '../src/index.js';

describe('a list of participants', () => {
  it('names each with its base URL', () => {
    expect(parseParticipantList(' inventory=http://localhost:4102 , payment = https://pay.internal/base,')).toEqual({
      addresses: [
        { name: 'inventory', baseUrl: 'http://localhost:4102' },
        { name: 'payment', baseUrl: 'https://pay.internal/base' },
      ],
      problems: [],
    });
  });

  it('may be empty', () => {
    expect(parseParticipantList('')).toEqual({ addresses: [], problems: [] });
  });

  it('reports everything that is wrong with it at once', () => {
    expect(parseParticipantList('inventory,=http://x,a=http://a,a=http://b').problems).toEqual([
      '"inventory" is not of the form name=url.',
      '"=http://x" is not of the form name=url.',
      'The participant a is named twice.',
    ]);
  });
});

describe('a participant', () => {
  const good = { name: 'inventory', baseUrl: 'http://localhost:4102/base', key: makeParticipantKey(), concurrency: 16 };

  it('with a name, a base URL and a key is fine', () => {
    expect(participantProblems(good)).toEqual([]);
  });

  it.each([
    ['a name with a dot', { name: 'inventory.reserve' }, 'A name'],
    ['a name with a space', { name: 'in ventory' }, 'A name'],
    ['a base URL with a query', { baseUrl: 'http://localhost/?x=1' }, 'It has a query'],
    ['a base URL with a password', { baseUrl: 'http://a:b@localhost/' }, 'credentials'],
    ['a base URL that is none', { baseUrl: 'localhost:4102' }, 'Only http and https'],
    ['a key that is none', { key: 'whsec_abcd' }, '24 to 64 bytes'],
    ['no concurrency at all', { concurrency: 0 }, 'concurrency'],
    ['half a call at once', { concurrency: 0.5 }, 'concurrency'],
  ])('with %s is refused', (_what, wrong, words) => {
    expect(participantProblems({ ...good, ...wrong })).toEqual([expect.stringContaining(words)]);
  });
});

describe('an allowed origin', () => {
  const good = { origin: 'https://mail.internal', key: makeParticipantKey() };

  it('with a key is fine', () => {
    expect(allowedOriginProblems(good)).toEqual([]);
  });

  it.each([
    ['a path', { origin: 'https://mail.internal/send' }, 'is not an origin'],
    ['a key that is none', { key: 'secret' }, 'origin https://mail.internal: A key begins with'],
    ['too many calls at once', { concurrency: 20_000 }, 'from 1 to 10000'],
  ])('with %s is refused', (_what, wrong, words) => {
    expect(allowedOriginProblems({ ...good, ...wrong })).toEqual([expect.stringContaining(words)]);
  });
});
