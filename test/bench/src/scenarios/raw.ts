/** What the same MariaDB does with rows of the same table when nobody coordinates anything: multi-row inserts, one packet and one commit each. */
import mysql from 'mysql2/promise';
import { closedLoop } from '../closed-loop.js';
import { transactionWork, twoStepSaga, withPool } from '../load/index.js';
import { middle } from '../saga-scenario.js';
import { plainGround, type Scenario } from './scenario.js';

/** About what a flush of the coordinator carries at full load. */
const ROWS = 16;
/** Stands for the gid in the text of a row, which is made once. */
const GID = 'the-gid-of-this-row';

export const raw: Scenario = {
  name: 'raw',
  title: `raw inserts of ${ROWS} rows a commit into the table of transactions, one connection`,
  async run(bench) {
    const { settings, figures } = bench;
    const { database, coordinator } = await plainGround(bench);
    await withPool(coordinator.baseUrl, 1, (pool) => transactionWork(pool, twoStepSaga)());
    await database.connection.query('CREATE TABLE raw LIKE global_transaction');
    const [[row]] = await database.connection.query<mysql.RowDataPacket[]>('SELECT * FROM global_transaction LIMIT 1');
    const columns = Object.keys(row!);
    const literals = columns.map((column) => mysql.escape(column === 'gid' ? GID : row![column]));
    const [before, after] = `(${literals.join(',')})`.split(GID);
    let gid = 0;
    const rows = () =>
      Array.from({ length: ROWS }, () => {
        gid += 1;
        return `${before}raw-${String(gid).padStart(12, '0')}${after}`;
      });
    const insert = async () => {
      await database.connection.query(`BEGIN;INSERT INTO raw(${columns.join(',')}) VALUES ${rows().join(',')};COMMIT`);
    };
    await closedLoop(1, settings.warmUpMs / 4, insert);
    const rounds: Awaited<ReturnType<typeof closedLoop>>[] = [];
    for (let round = 0; round < settings.rounds; round += 1) rounds.push(await closedLoop(1, settings.roundMs, insert));
    figures.add('raw.rows_per_s', 'per second', middle(rounds).perSecond * ROWS);
    // A saga writes its row twice. Nothing when the scenario of the saga was not run.
    figures.add('raw.sagas_per_row', 'ratio', (figures.value('saga.64.tx_per_s') ?? Number.NaN) / (middle(rounds).perSecond * ROWS));
    figures.add('raw.commit_p50_ms', 'ms', middle(rounds).p50Ms);
  },
};
