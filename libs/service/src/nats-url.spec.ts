import { readNatsUrl } from './index.js';

describe('the URL of NATS', () => {
  it.each([
    ['nats://localhost', { servers: ['localhost:4222'] }],
    ['nats://a:4222, nats://b:4223/', { servers: ['a:4222', 'b:4223'] }],
    ['nats://user:p%40ss@host:1', { servers: ['host:1'], user: 'user', pass: 'p@ss' }],
    ['tls://secret@host', { servers: ['host:4222'], token: 'secret', tls: {} }],
    ['nats://[::1]:4222', { servers: ['[::1]:4222'] }],
  ])('%s is read', (text, value) => {
    expect(readNatsUrl(text)).toEqual({ value });
  });

  it.each(['localhost:4222', 'http://host', 'nats://', 'nats://host/path', 'nats://user:secret@host?x=1', 'nats://a,'])(
    '%s is refused without its credentials',
    (text) => {
      const read = readNatsUrl(text);
      expect(read).toEqual({ problem: expect.stringContaining('must read nats://host:4222') });
      expect(JSON.stringify(read)).not.toContain('secret');
    },
  );

  it('does not mix what is encrypted with what is not', () => {
    expect(readNatsUrl('nats://a,tls://b')).toEqual({ problem: 'must use one scheme for all servers' });
  });
});
