/** How long and how much is measured. */

export interface Settings {
  readonly isQuick: boolean;
  readonly rounds: number;
  readonly roundMs: number;
  readonly warmUpMs: number;
  readonly levels: readonly number[];
  /** Starts per second of the open loop. */
  readonly rates: readonly number[];
  /** Transactions that wait for a participant that is away. */
  readonly backlog: number;
  /** Rows at rest, and finished rows. */
  readonly rows: number;
  /** Due transactions of one batch, for the speed of claiming. */
  readonly dueBatch: number;
  /** Transactions after which the memory of the coordinator is looked at. */
  readonly memoryTransactions: number;
  /** Transactions that a node drives when it is killed. */
  readonly orphans: number;
}

const levels = [1, 16, 64, 128];

export const fullSettings: Settings = {
  isQuick: false,
  rounds: 3,
  roundMs: 4_000,
  warmUpMs: 4_000,
  levels,
  rates: [500, 1_000, 2_000, 4_000],
  backlog: 20_000,
  rows: 1_000_000,
  dueBatch: 5_000,
  memoryTransactions: 150_000,
  orphans: 2_000,
};

/** Everything once and shortly: it shows that everything works, and hardly how fast. */
export const quickSettings: Settings = {
  isQuick: true,
  rounds: 1,
  roundMs: 1_000,
  warmUpMs: 1_000,
  levels,
  rates: [500, 2_000],
  backlog: 4_000,
  rows: 100_000,
  dueBatch: 2_000,
  memoryTransactions: 15_000,
  orphans: 500,
};
