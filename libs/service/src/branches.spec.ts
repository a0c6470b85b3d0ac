import { z } from 'zod';
import { branchServing, branchVariables, readConfiguration } from './index.js';

describe('the branches of a service', () => {
  const servingIn = (env: Record<string, string>) => branchServing(readConfiguration(z.object(branchVariables), env));

  it('are served over HTTP unless it says otherwise', () => {
    expect(servingIn({})).toEqual({ http: 'served' });
    expect(servingIn({ ASSENT_NATS_URL: 'nats://localhost' })).toEqual({ http: 'served' });
  });

  it.each([
    ['nats', 'off'],
    ['both', 'served'],
  ])('may be served over %s', (over, http) => {
    const serving = servingIn({ ASSENT_BRANCHES_OVER: over, ASSENT_NATS_URL: 'nats://localhost' });
    expect(serving).toEqual({ http, nats: { servers: ['localhost:4222'] } });
  });

  it('may be announced, at the ways in which they are served', () => {
    const as = { ASSENT_ANNOUNCE_TO: 'http://a:4100, http://b:4100', ASSENT_ANNOUNCE_AS: 'http://10.0.0.7:4102' };
    const nats = { ASSENT_NATS_URL: 'nats://localhost' };
    const coordinators = ['http://a:4100', 'http://b:4100'];
    expect(servingIn(as).announce).toEqual({ coordinators, endpoints: ['http://10.0.0.7:4102'] });
    expect(servingIn({ ...as, ...nats, ASSENT_BRANCHES_OVER: 'both' }).announce?.endpoints).toEqual(['http://10.0.0.7:4102', 'nats:']);
    expect(servingIn({ ...nats, ASSENT_ANNOUNCE_TO: 'nats', ASSENT_BRANCHES_OVER: 'nats' }).announce).toEqual({
      coordinators: [],
      endpoints: ['nats:'],
    });
    expect(() => servingIn({ ASSENT_ANNOUNCE_TO: 'http://a:4100' })).toThrow('ASSENT_ANNOUNCE_AS');
    expect(() => servingIn({ ...as, ASSENT_ANNOUNCE_TO: 'nats' })).toThrow('not served over NATS');
  });

  it('cannot be served over a NATS that is nowhere', () => {
    expect(() => servingIn({ ASSENT_BRANCHES_OVER: 'nats' })).toThrow('ASSENT_BRANCHES_OVER is "nats", but ASSENT_NATS_URL is not set');
  });
});
