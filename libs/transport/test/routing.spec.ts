import { type BranchTransport, RoutedInvoker } from '../src/index.js';
import { aCall, always } from './callers.js';

/** A transport that says its name as the result. */
function named(name: string, participants: readonly string[]): BranchTransport & { closed: number } {
  return {
    closed: 0,
    invoke: () => Promise.resolve({ kind: 'ended', outcome: { kind: 'succeeded', result: name }, durationMs: 0 }),
    participantOf: () => name,
    loads: () => new Map(participants.map((participant) => [participant, { inFlight: 1, queued: 2 }])),
    close(timeoutMs: number) {
      this.closed += timeoutMs;
      return Promise.resolve();
    },
  };
}

describe('several transports', () => {
  const http = named('http', ['payment']);
  const nats = named('nats', ['inventory', 'shipping']);
  const invoker = new RoutedInvoker(
    http,
    new Map([
      ['inventory', nats],
      ['shipping', nats],
    ]),
  );

  it.each([
    [{ contract: 'inventory.reserve' }, 'nats'],
    [{ contract: 'payment.charge' }, 'http'],
    [{ contract: 'nobody.knows' }, 'http'],
    [{ urls: { action: 'https://inventory.internal/x' } }, 'http'],
  ])('call %j over %s', async (endpoint, name) => {
    expect(await invoker.invoke(aCall({ endpoint }), always)).toMatchObject({ outcome: { result: name } });
    expect(invoker.participantOf(endpoint)).toBe(name);
  });

  it('show what is on its way to each participant, and are closed once each', async () => {
    expect([...invoker.loads().keys()].sort()).toEqual(['inventory', 'payment', 'shipping']);
    await invoker.close(5);
    expect([http.closed, nats.closed]).toEqual([5, 5]);
  });
});
