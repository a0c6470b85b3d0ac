/** Searching on MySQL and MariaDB. */
import type { SearchDialect } from './dialect.js';

export const mysqlSearch: SearchDialect = {
  window: 10_000,
  transactions: (alias, index) => `global_transaction ${alias} FORCE INDEX(${index === 'primary' ? 'PRIMARY' : index})`,
  attention: (alias, index) => `attention ${alias} FORCE INDEX(${index === 'primary' ? 'PRIMARY' : index})`,
  drives: 'STRAIGHT_JOIN',
  // The collations of the columns ignore blanks at the end.
  equals: (column) => `CAST(${column} AS BINARY) = ?`,
  text: (column) => column,
  nowMs: 'CAST(UNIX_TIMESTAMP(NOW(3))*1000 AS UNSIGNED)',
};
