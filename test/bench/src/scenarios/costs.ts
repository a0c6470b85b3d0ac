/** What a stretch of work cost: CPU of coordinator and database, commits, flushes, for each transaction. */
import type mysql from 'mysql2/promise';
import type { MariadbServer } from '../../../support/mariadb.js';
import { cpuUs, growth, medianOfHistogram, type Scrape, scrape, serverStatus } from '../gauges.js';
import type { Running } from '../processes.js';

export interface Costs {
  readonly transactions: number;
  readonly coordinatorUs: number;
  readonly databaseUs: number;
  readonly commits: number;
  readonly flushP50Ms: number;
  /** What the database wrote to its log. */
  readonly redoBytes: number;
}

interface Reading {
  readonly metrics: Scrape;
  readonly commits: number;
  readonly redoBytes: number;
  readonly coordinatorUs: number;
  readonly databaseUs: number;
}

/** Reads the meters around `work`, and says what each transaction cost that became final meanwhile. */
export async function costsOf(
  { coordinator, server, connection }: { coordinator: Running; server: MariadbServer; connection: mysql.Connection },
  work: () => Promise<unknown>,
): Promise<Costs> {
  const read = async (): Promise<Reading> => ({
    metrics: await scrape(coordinator.baseUrl),
    commits: await serverStatus(connection, 'Com_commit'),
    redoBytes: await serverStatus(connection, 'Innodb_os_log_written'),
    coordinatorUs: cpuUs(coordinator.process.pid),
    databaseUs: cpuUs(server.process.pid),
  });
  const before = await read();
  await work();
  const after = await read();
  const transactions = growth(before.metrics, after.metrics, 'assent_transactions_finished_total');
  return {
    transactions,
    coordinatorUs: (after.coordinatorUs - before.coordinatorUs) / transactions,
    databaseUs: (after.databaseUs - before.databaseUs) / transactions,
    commits: (after.commits - before.commits) / transactions,
    redoBytes: (after.redoBytes - before.redoBytes) / transactions,
    flushP50Ms: medianOfHistogram(before.metrics, after.metrics, 'assent_flush_duration_seconds') * 1_000,
  };
}
