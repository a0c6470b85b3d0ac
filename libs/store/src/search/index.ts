/** Looking for transactions. */
export type { SearchDialect } from './dialect.js';
export { mysqlSearch } from './mysql-dialect.js';
export { SqlTransactionSearch } from './sql-transaction-search.js';
export { sqliteSearch } from './sqlite-dialect.js';
export { countByStatus, countLooked, groupAttention, readAttentionOf, readEndOfWindow, readPage, type Statement } from './statements.js';
