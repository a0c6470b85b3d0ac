/**
 * What a transaction costs on an empty store and on one full of finished transactions. Both stores are on the same server and each has its coordinator; they
 * are loaded in turn, so that a machine that drifts slows both. The finished rows are copies of one that the coordinator wrote (`copied-rows.ts`).
 */
import type mysql from 'mysql2/promise';
import { closedLoop } from '../closed-loop.js';
import { copyRow, untilWritten } from '../copied-rows.js';
import type { Database } from '../ground.js';
import { transactionWork, twoStepSaga, type Work, withPool } from '../load/index.js';
import type { Running } from '../processes.js';
import { type Costs, costsOf } from './costs.js';
import { type Bench, FULL_LOAD, plainGround, type Scenario } from './scenario.js';

/** Less than the time for which a finished transaction keeps its definition. */
const SPAN_MS = 6 * 86_400_000;

interface Store {
  readonly name: 'empty' | 'full';
  readonly database: Database;
  readonly coordinator: Running;
  readonly work: Work;
}

export const growth: Scenario = {
  name: 'growth',
  title: 'cost of a 2-step saga with finished rows in the store (--rows says how many), against an empty store',
  async run(bench) {
    const { settings, figures } = bench;
    const empty = await plainGround(bench);
    const full = await plainGround(bench);
    await withPool(empty.coordinator.baseUrl, FULL_LOAD, (emptyPool) =>
      withPool(full.coordinator.baseUrl, FULL_LOAD, async (fullPool) => {
        const stores: readonly Store[] = [
          { name: 'empty', ...empty, work: transactionWork(emptyPool, twoStepSaga) },
          { name: 'full', ...full, work: transactionWork(fullPool, twoStepSaga) },
        ];
        await stores[1]!.work();
        bench.say(`writing ${settings.rows} finished rows`);
        await fill(full.database, settings.rows);
        for (const { work } of stores) await closedLoop(FULL_LOAD, settings.warmUpMs, work);
        const measured = await measureInTurn(bench, stores);
        figures.add('growth.rows', 'count', settings.rows);
        addRatios(bench, measured);
      }),
    );
  },
};

async function fill({ connection }: Database, rows: number): Promise<void> {
  const [[template]] = await connection.query<mysql.RowDataPacket[]>("SELECT gid FROM global_transaction WHERE status='committed' LIMIT 1");
  await copyRow(connection, { gid: String(template!.gid), count: rows, fromMs: Date.now() - SPAN_MS, spanMs: SPAN_MS - 3_600_000 });
  await untilWritten(connection);
}

interface Round extends Costs {
  readonly perSecond: number;
}

async function measureInTurn({ ground, settings, say }: Bench, stores: readonly Store[]): Promise<Record<Store['name'], Round[]>> {
  const server = await ground.mariadb();
  const rounds: Record<Store['name'], Round[]> = { empty: [], full: [] };
  for (let round = 1; round <= settings.rounds; round += 1) {
    say(`round ${round}`);
    for (const { name, coordinator, database, work } of stores) {
      let perSecond = 0;
      const costs = await costsOf({ coordinator, server, connection: database.connection }, async () => {
        ({ perSecond } = await closedLoop(FULL_LOAD, settings.roundMs, work));
      });
      rounds[name].push({ ...costs, perSecond });
    }
  }
  return rounds;
}

function addRatios({ figures }: Bench, { empty, full }: Record<Store['name'], Round[]>): void {
  const cpu = ({ coordinatorUs, databaseUs }: Costs) => coordinatorUs + databaseUs;
  for (const [name, rounds] of [
    ['empty', empty],
    ['full', full],
  ] as const) {
    figures.add(
      `growth.${name}.tx_per_s`,
      'per second',
      rounds.map(({ perSecond }) => perSecond),
    );
    figures.add(
      `growth.${name}.coordinator_us`,
      'us',
      rounds.map(({ coordinatorUs }) => coordinatorUs),
    );
    figures.add(
      `growth.${name}.database_us`,
      'us',
      rounds.map(({ databaseUs }) => databaseUs),
    );
  }
  figures.add(
    'growth.cpu_ratio',
    'ratio',
    full.map((round, index) => cpu(round) / cpu(empty[index]!)),
  );
  figures.add(
    'growth.time_ratio',
    'ratio',
    full.map((round, index) => empty[index]!.perSecond / round.perSecond),
  );
}
