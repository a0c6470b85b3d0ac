/** The barrier in SQL: its table, one operation per file, and the store that runs them in local transactions. */
export { countOpenReservations } from './count-open.js';
export { SqlBarrierRows, SqlBarrierStore } from './sql-barrier-store.js';
export { CreateBranchBarrier1764000000000 } from './table.migration.js';
