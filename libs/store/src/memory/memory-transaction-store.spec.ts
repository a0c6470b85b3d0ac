import { StoreUnavailableError } from '@assent/engine';
import { aBegin, Node } from '../../../../test/contract/support/rows.js';
import { MemoryDatabase, MemoryTransactionStore } from './index.js';

describe('the store in memory', () => {
  let database: MemoryDatabase;
  let store: MemoryTransactionStore;
  let node: Node;

  beforeEach(async () => {
    database = new MemoryDatabase(() => 1_000);
    store = new MemoryTransactionStore(database);
    node = await Node.enter(store);
  });

  it('answers one flush as it is told to, and writes nothing of it', async () => {
    store.failNextFlush({ kind: 'answered', result: { kind: 'retryable', message: 'disk full' } });
    expect(await node.flush({ begins: [aBegin('g-1', null)] })).toEqual({ kind: 'retryable', message: 'disk full' });
    expect(await store.read('g-1')).toBeNull();
    await node.commit({ begins: [aBegin('g-1', null)] });
  });

  it('loses a packet', async () => {
    store.failNextFlush({ kind: 'lost' });
    expect((await node.flush({ begins: [aBegin('g-1', null)] })).kind).toBe('unknown');
    expect(await store.settle(node.incarnation, 0)).toEqual({ kind: 'not_committed', flushes: 2 });
  });

  it('loses an acknowledgement', async () => {
    store.failNextFlush({ kind: 'acknowledgement_lost' });
    expect((await node.flush({ begins: [aBegin('g-1', null)] })).kind).toBe('unknown');
    expect(await store.settle(node.incarnation, 0)).toEqual({ kind: 'committed', nowMs: 1_000 });
    expect(await store.read('g-1')).not.toBeNull();
  });

  it('lets a late packet arrive before the verdict', async () => {
    store.failNextFlush({ kind: 'late' });
    expect((await node.flush({ begins: [aBegin('g-1', null)] })).kind).toBe('unknown');
    expect(await store.read('g-1')).toBeNull();
    expect(store.deliverLate()).toMatchObject([{ kind: 'committed' }]);
    expect(await store.settle(node.incarnation, 0)).toMatchObject({ kind: 'committed' });
  });

  it('stops a late packet that arrives after the verdict', async () => {
    store.failNextFlush({ kind: 'late' });
    await node.flush({ begins: [aBegin('g-1', null)] });
    await store.settle(node.incarnation, 0);
    expect(store.deliverLate()).toMatchObject([{ kind: 'fenced' }]);
    expect(await store.read('g-1')).toBeNull();
  });

  it('goes away and comes back', async () => {
    store.disconnect();
    expect((await node.flush()).kind).toBe('retryable');
    await expect(store.read('g-1')).rejects.toThrow(StoreUnavailableError);
    store.reconnect();
    await node.commit();
  });

  it('is one database for several nodes', async () => {
    const second = await Node.enter(new MemoryTransactionStore(database), 'node-b');
    await second.commit({ begins: [aBegin('g-1', null)] });
    expect(await store.read('g-1')).not.toBeNull();
  });

  it('lets a simulator decide when an operation reaches the database', async () => {
    const gates: (() => void)[] = [];
    const paced = new MemoryTransactionStore(database, () => new Promise((resolve) => gates.push(resolve)));
    const flush = paced.flush(node.batch({ begins: [aBegin('g-1', null)] }));
    expect(await store.read('g-1')).toBeNull();
    gates.shift()?.();
    expect((await flush).kind).toBe('committed');
  });
});
