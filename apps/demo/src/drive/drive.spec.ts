import type { OrderRequest, PlacedOrder } from '../shop/index.js';
import { type DriveState, drive } from './drive.js';

const requests: readonly OrderRequest[] = Array.from({ length: 20 }, (_, n) => ({ key: `k${n}`, mode: 'tcc', account: 'ada', lines: [] }));
const order = (status: PlacedOrder['status'], createdAt = '2026-01-01T00:00:01Z'): PlacedOrder => ({
  gid: 'g',
  status,
  refusal: null,
  createdAt,
});

function driveWith(place: (request: OrderRequest) => PlacedOrder | null) {
  const states: DriveState[] = [];
  let nowMs = 0;
  const driven = drive(requests, {
    place: async (request) => place(request),
    onProgress: (state) => states.push(state),
    pause: async (ms) => {
      nowMs += ms + 1;
    },
    nowMs: () => nowMs,
    startedAtMs: Date.parse('2026-01-01T00:00:00Z'),
    patienceMs: 100_000,
  });
  return driven.then((orders) => ({ orders, states }));
}

describe('driving orders', () => {
  it('counts how they ended', async () => {
    const { states } = await driveWith(({ key }) => order(key.endsWith('3') ? 'refused' : 'confirmed'));
    expect(states.at(-1)).toEqual({ confirmed: 18, refused: 2, retrying: 0, fresh: 20 });
  });

  it('asks again for those that are not decided, and for those it got no answer to', async () => {
    const asked = new Map<string, number>();
    const { orders, states } = await driveWith(({ key }) => {
      const times = (asked.get(key) ?? 0) + 1;
      asked.set(key, times);
      if (key === 'k1' && times === 1) return null;
      return order(key === 'k2' && times < 3 ? 'placed' : 'confirmed');
    });
    expect([asked.get('k1'), asked.get('k2'), asked.get('k3')]).toEqual([2, 3, 1]);
    expect(states.some(({ retrying }) => retrying === 1)).toBe(true);
    expect(orders.every((driven) => driven.order.status === 'confirmed')).toBe(true);
  });

  it('tells orders of an earlier run from those of this one', async () => {
    const { states } = await driveWith(({ key }) => order('confirmed', key === 'k0' ? '2026-01-01T00:00:01Z' : '2025-12-31T00:00:00Z'));
    expect(states.at(-1)?.fresh).toBe(1);
  });

  it('gives up in the end, and returns the rest as it stands', async () => {
    const { orders } = await driveWith(({ key }) => order(key === 'k5' ? 'placed' : 'confirmed'));
    expect(orders.filter((driven) => driven.order.status === 'placed').map(({ request }) => request.key)).toEqual(['k5']);
  });
});
