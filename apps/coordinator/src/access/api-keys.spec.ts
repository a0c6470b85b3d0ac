import { ApiKeys, hashOfKey, type KeyInForce, makeApiKey } from './index.js';

const key = makeApiKey();
const inForce = (of: string, changes: Partial<KeyInForce> = {}): KeyInForce => ({
  ...{ hash: hashOfKey(of), principal: 'ops', role: 'operator', expiresAtMs: null },
  ...changes,
});

class CountedStore {
  reads = 0;
  kept: KeyInForce[] = [];
  away = false;

  async inForce() {
    this.reads += 1;
    if (this.away) throw new Error('away');
    return this.kept;
  }
}

function keysOver(store: CountedStore, configured: readonly KeyInForce[] = []) {
  const time = { nowMs: 1_000, monotonicMs: 0 };
  const keys = new ApiKeys(configured, { nowMs: () => time.nowMs, monotonicMs: () => time.monotonicMs });
  return { keys, time, open: () => keys.open(store) };
}

describe('API keys', () => {
  it('of the configuration count before the database is there', () => {
    const { keys } = keysOver(new CountedStore(), [inForce(key)]);
    expect(keys.find(key)).toEqual({ name: 'ops', role: 'operator' });
    expect(keys.find(makeApiKey())).toBeNull();
  });

  it('cost one look into memory once they are known', async () => {
    const store = new CountedStore();
    store.kept = [inForce(key)];
    const { keys, open } = keysOver(store);
    await open();
    for (let n = 0; n < 100; n += 1) expect(keys.find(key)).toEqual({ name: 'ops', role: 'operator' });
    expect(store.reads).toBe(1);
    keys.close();
  });

  it('that are not known make the table be read, though a flood of them no more than once a second', async () => {
    const store = new CountedStore();
    const { keys, open, time } = keysOver(store);
    await open();
    time.monotonicMs += 1_000;
    store.kept = [inForce(key)];
    const found = await Promise.all([keys.find(key), ...Array.from({ length: 50 }, () => keys.find(makeApiKey()))]);
    expect(found[0]).toEqual({ name: 'ops', role: 'operator' });
    expect(found.slice(1).every((one) => one === null)).toBe(true);
    expect(store.reads).toBe(2);
    time.monotonicMs += 1_000;
    await keys.find(makeApiKey());
    expect(store.reads).toBe(3);
    keys.close();
  });

  it('stop to count when they expire, or are revoked', async () => {
    const store = new CountedStore();
    store.kept = [inForce(key, { expiresAtMs: 2_000 })];
    const { keys, open, time } = keysOver(store);
    await open();
    time.nowMs = 1_999;
    expect(keys.find(key)).not.toBeNull();
    time.nowMs = 2_000;
    expect(keys.find(key)).toBeNull();
    store.kept = [inForce(key)];
    await keys.refresh();
    expect(keys.find(key)).not.toBeNull();
    store.kept = [];
    await keys.refresh();
    expect(keys.find(key)).toBeNull();
    keys.close();
  });

  it('that are known go on counting while the database is away', async () => {
    const store = new CountedStore();
    store.kept = [inForce(key)];
    const { keys, open, time } = keysOver(store);
    await open();
    store.away = true;
    time.monotonicMs += 5_000;
    await expect(keys.find(makeApiKey())).resolves.toBeNull();
    expect(keys.find(key)).not.toBeNull();
    keys.close();
  });
});
