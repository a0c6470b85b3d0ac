import { eventId, eventSubject, subjectToken } from './event.js';

describe('the subject of an event', () => {
  it('names the transaction and its status', () => {
    expect(eventSubject('checkout', 'committed')).toBe('assent.tx.checkout.committed');
  });

  it.each([
    ['a dot', 'order.v2', 'order%2Ev2'],
    ['wildcards', '*>', '%2A%3E'],
    ['blanks and controls', 'a b\tc\u0000', 'a%20b%09c%00'],
    ['a percent sign', '100%', '100%25'],
    ['other scripts', 'Größe', 'Gr%C3%B6%C3%9Fe'],
    ['other signs of its alphabet', "it's(a)~!", 'it%27s%28a%29%7E%21'],
  ])('holds a name with %s as one token', (_what, name, token) => {
    expect(subjectToken(name)).toBe(token);
    expect(eventSubject(name, 'active').split('.')).toHaveLength(4);
    expect(token).toMatch(/^[A-Za-z0-9_%-]+$/);
  });

  it('has a token for a name that is empty', () => {
    expect(subjectToken('')).toBe('%');
  });
});

describe('the id of an event', () => {
  it('is its gid and version', () => {
    expect(eventId({ gid: 'g-1', version: 12 })).toBe('g-1:12');
  });
});
