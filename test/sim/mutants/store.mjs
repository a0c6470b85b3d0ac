/** Mistakes in the adapters of the store. The simulator runs those in memory and on SQLite; the SQL of MySQL is held by the contract suite. */
const memory = 'libs/store/src/memory';
const sqlite = 'libs/store/src/sqlite';
const mysql = 'libs/store/src/mysql';
const flushSuite = 'test/contract/flush.spec.ts';
const connectionsSuite = 'test/contract/mysql-connections.spec.ts';
const ownershipSuite = 'test/contract/ownership.spec.ts';
const commandsSuite = 'test/contract/commands.spec.ts';

/** @type {readonly import('./registry.mjs').Mutant[]} */
export const storeMutants = [
  {
    name: 'has no fence',
    file: `${memory}/memory-database.ts`,
    original: "if (node === undefined || node.state !== 'alive' || node.flushes !== flushes) return { kind: 'fenced'",
    mutated: "if (node === undefined) return { kind: 'fenced'",
  },
  {
    name: 'accepts a late packet after the verdict',
    file: `${memory}/memory-database.ts`,
    original: "if (node !== undefined && witness.kind === 'not_committed') this.nodes.set(",
    mutated: "if (node !== undefined && witness.kind === 'dead') this.nodes.set(",
  },
  {
    name: 'moves a row whose version is another',
    file: `${memory}/memory-database.ts`,
    original: 'row.version === fromVersion && row.owner',
    mutated: 'row.owner',
  },
  {
    name: 'lets a begin overwrite what is there',
    file: `${memory}/memory-database.ts`,
    original: "if (existing.length > 0) return { kind: 'duplicate', gids: existing };",
    mutated: '',
  },
  {
    name: 'calls a flush committed that is not',
    file: 'libs/store/src/witness.ts',
    original: "return offset === 1 ? { kind: 'committed', nowMs }",
    mutated: "return offset <= 1 ? { kind: 'committed', nowMs }",
  },
  {
    name: 'takes a fence that matched no row for held, on SQLite',
    file: `${sqlite}/flush.ts`,
    original: 'if (statements.fence.run(incarnation, flushes).changes !== 1) return null;',
    mutated: 'statements.fence.run(incarnation, flushes);',
  },
  {
    name: 'accepts a late packet after the verdict, on SQLite',
    file: `${sqlite}/sqlite-transaction-store.ts`,
    original: "if (witness.kind === 'not_committed') statements.skipFlush",
    mutated: "if (witness.kind === 'dead') statements.skipFlush",
  },
  {
    name: 'moves a row that another owns, on SQLite',
    file: `${sqlite}/statements.ts`,
    original: "'WHERE gid = ? AND version = ? AND owner IS ?',\n\n",
    mutated: "'WHERE gid = ? AND version = ? AND (owner IS ? OR 1)',\n\n",
    suite: flushSuite,
  },
  {
    name: 'has no number in its fence, on MySQL',
    file: `${mysql}/sql/fence.ts`,
    original: "IF(state='alive' AND flushes=",
    mutated: "IF(state='alive' OR flushes=",
    suite: connectionsSuite,
  },
  {
    name: 'flushes for a node that was never entered, on MySQL',
    file: `${mysql}/sql/moment-of-flush.ts`,
    original: '(SELECT 1 UNION ALL SELECT 2)',
    mutated: '0',
    suite: ownershipSuite,
  },
  {
    name: 'sends no ROLLBACK after a failed packet, on MySQL',
    file: `${mysql}/mysql-transaction-store.ts`,
    original: "      await writer.send('ROLLBACK');\n",
    mutated: '',
    suite: connectionsSuite,
  },
  {
    name: 'keeps no verdict, on MySQL',
    file: `${mysql}/mysql-transaction-store.ts`,
    original: "if (verdict.kind === 'not_committed') await writer.send(skipFlush",
    mutated: "if (verdict.kind === 'dead') await writer.send(skipFlush",
    suite: connectionsSuite,
  },
  {
    name: 'does not wait for the flush in question, on MySQL',
    file: `${mysql}/sql/nodes.ts`,
    original: ' FOR UPDATE`',
    mutated: '`',
    suite: connectionsSuite,
  },
  {
    name: 'does not count the rows that moved, on MySQL',
    file: `${mysql}/mysql-transaction-store.ts`,
    original: 'if (shortfall === 0) return',
    mutated: 'if (shortfall >= 0) return',
    suite: flushSuite,
  },
  {
    name: 'joins side rows at a foreign version, on MySQL',
    file: `${mysql}/sql/side-rows.ts`,
    original: ' WHERE g.flush=',
    mutated: ' WHERE 0<>',
    suite: flushSuite,
  },
  {
    name: 'moves a group of rows whoever owns them, on MySQL',
    file: `${mysql}/sql/move-group.ts`,
    original: ' AND owner<=>',
    mutated: ' AND version<>',
    suite: flushSuite,
  },
  {
    name: 'moves single rows whoever owns them, on MySQL',
    file: `${mysql}/sql/move-each.ts`,
    original: ' WHERE g.version=d.v AND g.owner<=>d.known`',
    mutated: ' WHERE g.version=d.v`',
    suite: flushSuite,
  },
  {
    name: 'declares a node dead that has flushed meanwhile, on MySQL',
    file: `${mysql}/sql/declare.ts`,
    original: " AND state='alive' AND flushes=",
    mutated: " AND state='alive' AND flushes>=",
    suite: ownershipSuite,
  },
  {
    name: 'shows commands only to those who own the transaction, on MySQL',
    file: `${mysql}/sql/commands.ts`,
    original: '(g.owner IS NULL OR g.owner=',
    mutated: '(g.owner=',
    suite: commandsSuite,
  },
  {
    name: 'deletes a command whose transaction did not move, on MySQL',
    file: `${mysql}/sql/commands.ts`,
    original: ' AND g.flush=',
    mutated: ' AND 0<>',
    suite: commandsSuite,
  },
  {
    name: 'waits for the row of a node that was stopped inside a flush, on MySQL',
    file: `${mysql}/sql/declare.ts`,
    original: ' FOR UPDATE SKIP LOCKED`',
    mutated: ' FOR UPDATE`',
    suite: connectionsSuite,
  },
];
