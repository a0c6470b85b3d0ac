/** Searching on SQLite. A statement holds up the whole process, so it looks at less. */
import type { SearchDialect } from './dialect.js';

export const sqliteSearch: SearchDialect = {
  window: 2_000,
  transactions: (alias, index) => (index === 'primary' ? `global_transaction ${alias}` : indexed('global_transaction', alias, index)),
  attention: (alias, index) => (index === 'primary' ? `attention ${alias}` : indexed('attention', alias, index)),
  drives: 'CROSS JOIN',
  equals: (column) => `${column} = ?`,
  // libsql would cut a text at a NUL.
  text: (column) => `CAST(${column} AS BLOB)`,
  nowMs: "CAST(ROUND(unixepoch('now', 'subsec') * 1000) AS INTEGER)",
};

function indexed(table: string, alias: string, index: string): string {
  return `${table} ${alias} INDEXED BY ${table}_${index}`;
}
