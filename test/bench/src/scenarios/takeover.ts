/**
 * A node that drives thousands of transactions is killed under load, or stopped as a machine that hangs, or cut off from its database in silence: how long
 * until others drive every one of them. Read from the rows themselves: none is owned by the incarnation that is gone.
 */
import type mysql from 'mysql2/promise';
import { startTcpProxy, type TcpProxy } from '../../../support/tcp-proxy.js';
import { closedLoop } from '../closed-loop.js';
import type { Database } from '../ground.js';
import { unwatchedSaga, withPool } from '../load/index.js';
import type { Running } from '../processes.js';
import { until } from '../until.js';
import { type Bench, FULL_LOAD, type Scenario } from './scenario.js';

/** As shipped: ASSENT_LEASE_MS. */
export const LEASE_MS = 5_000;
/** So slow that what begins piles up in the node. */
const SLOW_MS = 300;
const LOOK_EVERY_MS = 20;
const WITHIN_MS = 120_000;
/** Of load with nobody waiting; enough to have more transactions than are wanted. */
const SLICE_MS = 200;

interface Victim {
  readonly node: Running;
  /** Between it and its database. */
  readonly proxy: TcpProxy;
}

const harms = {
  killed: ({ node }: Victim) => void node.process.kill('SIGKILL'),
  paused: ({ node }: Victim) => void node.process.kill('SIGSTOP'),
  'cut-off': ({ proxy }: Victim) => proxy.partition(),
} as const satisfies Readonly<Record<string, (victim: Victim) => void>>;
type Harm = keyof typeof harms;

export const takeover: Scenario = {
  name: 'takeover',
  title: 'a node is killed, paused, or cut off from its database, under load: until others drive all of its transactions',
  async run(bench) {
    const { settings, figures, say } = bench;
    for (const harm of Object.keys(harms) as Harm[]) {
      const rounds: Awaited<ReturnType<typeof takeOver>>[] = [];
      for (let round = 1; round <= settings.rounds; round += 1) {
        say(`a node is ${harm.replace('-', ' ')}, round ${round}`);
        rounds.push(await takeOver(bench, harm));
      }
      figures.add(
        `takeover.${harm}_s`,
        's',
        rounds.map(({ movingS }) => movingS),
      );
      figures.add(
        `takeover.${harm}_final_s`,
        's',
        rounds.map(({ finalS }) => finalS),
      );
      figures.add(
        `takeover.${harm}_transactions`,
        'count',
        rounds.map(({ owned }) => owned),
      );
    }
    figures.add('takeover.lease_s', 's', LEASE_MS / 1_000);
  },
};

async function takeOver(bench: Bench, harm: Harm): Promise<{ movingS: number; finalS: number; owned: number }> {
  const { ground } = bench;
  const database = await ground.database();
  const participant = await ground.scriptedParticipant();
  await participant.behave({ status: 204, delayMs: SLOW_MS });
  const participants = { stock: participant.baseUrl, wallet: participant.baseUrl };
  const proxy = await startTcpProxy((await ground.mariadb()).port);
  ground.started({ stop: () => proxy.close() });
  const behindProxy = new URL(database.url);
  behindProxy.port = String(proxy.port);
  const node = await ground.coordinator(behindProxy.href, participants, { nodeName: 'victim' });
  const survivor = await ground.coordinator(database.url, participants, { nodeName: 'survivor' });
  const [[row]] = await database.connection.query<mysql.RowDataPacket[]>(
    "SELECT CAST(incarnation AS CHAR) AS incarnation FROM coordinator_node WHERE name='victim' AND state='alive'",
  );
  const incarnation = String(row!.incarnation);
  const harmedAt = await harmUnderLoad(bench, { node, proxy }, () => ownedBy(database, incarnation), harms[harm]);
  const owned = await ownedBy(database, incarnation);
  await participant.behave({ status: 204, delayMs: 0 });
  await until('others drive all of its transactions', LOOK_EVERY_MS, WITHIN_MS, async () => (await ownedBy(database, incarnation)) === 0);
  const movingS = (performance.now() - harmedAt) / 1_000;
  await until('all of them are final', LOOK_EVERY_MS, WITHIN_MS, () => allFinal(database));
  const finalS = (performance.now() - harmedAt) / 1_000;
  proxy.heal();
  for (const running of [node, survivor, participant]) await running.stop();
  return { movingS, finalS, owned };
}

/** Customers begin transactions and do not wait, until the node drives enough of them; it is harmed while they go on. Returns when. */
async function harmUnderLoad(bench: Bench, victim: Victim, owned: () => Promise<number>, harm: (victim: Victim) => void): Promise<number> {
  return withPool(victim.node.baseUrl, FULL_LOAD, async (pool) => {
    const begin = async () => {
      const headers = { 'content-type': 'application/json' };
      const answer = await pool.request({ method: 'POST', path: '/v1/transactions', headers, body: unwatchedSaga('patient') });
      await answer.body.dump();
    };
    await until('the node drives enough transactions', 0, WITHIN_MS, async () => {
      await closedLoop(FULL_LOAD, SLICE_MS, begin);
      return (await owned()) >= bench.settings.orphans;
    });
    const going = Promise.all(Array.from({ length: FULL_LOAD }, () => begin().catch(() => undefined)));
    const harmedAt = performance.now();
    harm(victim);
    await Promise.race([going, new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))]);
    return harmedAt;
  });
}

async function ownedBy({ connection }: Database, incarnation: string): Promise<number> {
  const [[row]] = await connection.query<mysql.RowDataPacket[]>('SELECT COUNT(*) AS owned FROM global_transaction WHERE owner=?', [
    incarnation,
  ]);
  return Number(row!.owned);
}

async function allFinal({ connection }: Database): Promise<boolean> {
  const [[row]] = await connection.query<mysql.RowDataPacket[]>(
    'SELECT COUNT(*) AS open FROM global_transaction WHERE finished_at IS NULL',
  );
  return Number(row!.open) === 0;
}
