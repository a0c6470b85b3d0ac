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

  it('cannot be served over a NATS that is nowhere', () => {
    expect(() => servingIn({ ASSENT_BRANCHES_OVER: 'nats' })).toThrow('ASSENT_BRANCHES_OVER is "nats", but ASSENT_NATS_URL is not set');
  });
});
