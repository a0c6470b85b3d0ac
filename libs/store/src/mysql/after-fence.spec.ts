/** A flush that is held up between its fence and the rest, which is possible only while the failpoint is armed. */
import type { FailpointName, FlushBatch } from '@assent/engine';
import { createTestDatabase, describeOnMariadb, type TestDatabase } from '../../../../test/support/databases.js';
import { startTcpProxy, type TcpProxy } from '../../../../test/support/tcp-proxy.js';
import { openMysql } from './open-mysql.js';

const incarnation = '77';

function batchOf(flushes: number, gid: string): FlushBatch {
  const begin = {
    gid,
    owner: incarnation,
    dueAtMs: null,
    pattern: 'saga',
    name: 'checkout',
    businessKey: null,
    createdBy: 'local',
    contentHash: 'ab'.repeat(32),
    createdAtMs: 1_000,
    status: 'active' as const,
    mixed: false,
    paused: false,
    definition: '{}',
    progress: '',
  };
  const nothing = {
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
  return { fence: { incarnation, flushes }, flush: String(flushes + 1), begins: [begin], ...nothing };
}

describeOnMariadb('writer.after-fence', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  /** Every packet of flushes that has reached the server. */
  const sent: string[] = [];

  beforeAll(async () => {
    database = await createTestDatabase('assent_fence');
    proxy = await startTcpProxy(Number(new URL(database.url).port));
    proxy.loseAcknowledgements(1, (packet) => {
      const text = packet.toString('latin1');
      if (/SET flushes|COMMIT$/.test(text)) sent.push(text.slice(5));
      return false;
    });
  });
  afterAll(async () => {
    await proxy.close();
    await database.drop();
  });

  it('is passed when the fence has reached the server and nothing else has; unarmed, a flush is one packet', async () => {
    let isArmed = true;
    const sentWhenPassed: string[][] = [];
    const failpoints = {
      hit: () => sentWhenPassed.push([...sent]),
      isArmed: (name: FailpointName) => isArmed && name === 'writer.after-fence',
    };
    const url = database.url.replace(/:\d+\//, `:${proxy.port}/`);
    const { store } = await openMysql({ url, leaseMs: 5_000, poolSize: 1, failpoints });
    await store.enter({ incarnation, name: 'a' });
    sent.length = 0;

    expect(await store.flush(batchOf(0, 'g1'))).toMatchObject({ kind: 'committed', unmoved: [] });
    expect(sentWhenPassed).toEqual([[expect.stringMatching(/^BEGIN;UPDATE coordinator_node SET flushes[^;]*$/)]]);
    expect(sent).toHaveLength(2);
    isArmed = false;
    expect(await store.flush(batchOf(1, 'g2'))).toMatchObject({ kind: 'committed', unmoved: [] });
    expect(sent).toHaveLength(3);
    expect((await store.readMany(['g1', 'g2'])).map((row) => row.flush)).toEqual(['1', '2']);
    await store.close();
  });
});
