/** Mistakes in the barrier of the participants. */
const barrier = 'libs/participant/src/barrier';

/** @type {readonly import('./registry.mjs').Mutant[]} */
export const barrierMutants = [
  {
    name: 'has no barrier row for forward ops',
    file: `${barrier}/barrier.ts`,
    original: "if (!(await this.insert(rows, rowOf(call, 1, call.op, 'succeeded')))) {",
    mutated: "if (!(await this.insert(rows, rowOf(call, 1, call.op, 'succeeded'))) && call.gid === '') {",
  },
  {
    name: 'keeps the barrier row in a transaction of its own',
    file: `${barrier}/barrier.ts`,
    original: 'await this.decide(rows, tx, call, work);',
    mutated:
      "await this.decide(rows, tx, call, (_, forward) => this.store.unit(async (_rows, own) => ({ end: 'commit', value: await work(own, forward) })));",
  },
  {
    name: 'does not keep a refusal',
    file: `${barrier}/barrier.ts`,
    original: "      await rows.keep(call, 1, { outcome: 'rejected', result: keptRefusal(error) });\n      return commit(",
    mutated: '      return undo(',
  },
  {
    name: 'keeps what a refused forward op had written',
    file: `${barrier}/barrier.ts`,
    original: '      await rows.undoWork();\n',
    mutated: '',
  },
  {
    name: 'leaves no row behind an empty rollback',
    file: `${barrier}/barrier.ts`,
    original: "if (forward === 'none') return commit(",
    mutated: "if (forward === 'none') return undo(",
  },
  {
    name: 'runs a rollback again when it is repeated',
    file: `${barrier}/barrier.ts`,
    original:
      "const first = wentIn ? null : await present(rows, call, 1);\n    if (!(await this.insert(rows, rowOf(call, 2, call.op, 'succeeded')))) return undo(",
    mutated:
      "const first = wentIn ? null : await present(rows, call, 1);\n    if (!(await this.insert(rows, rowOf(call, 2, call.op, 'succeeded'))) && call.gid === '') return undo(",
  },
  {
    name: 'completes pending work that was rolled back',
    file: `${barrier}/barrier.ts`,
    original: " || (await rows.lock(key, 2, 'share')) !== null)",
    mutated: ')',
  },
  {
    name: 'takes a kept refusal for a success',
    file: `${barrier}/decide.ts`,
    original: "    case 'rejected':\n      return refusalOf(row);",
    mutated: "    case 'rejected':\n      return { kind: 'succeeded', result: null };",
  },
  {
    name: 'lets a forward op run after its rollback',
    file: `${barrier}/decide.ts`,
    original: "if (isRollback(first.op)) return refusal('rolled_back');",
    mutated: "if (isRollback(first.op)) return { kind: 'succeeded', result: null };",
  },
  {
    name: 'commits what never ran',
    file: `${barrier}/decide.ts`,
    original: "first.outcome === 'succeeded' ? null : refusal('not_prepared')",
    mutated: 'null',
  },
  {
    name: 'takes an end that is still working for done',
    file: `${barrier}/barrier.ts`,
    original: "if (end.kind === 'pending') return undo(end);",
    mutated: "if (end.kind === 'pending') return commit(end);",
  },
  {
    name: 'keeps the refusal of an end',
    file: `${barrier}/barrier.ts`,
    original: "      return undo({ kind: 'rejected', code: error.code, message: error.message });",
    mutated: "      return commit({ kind: 'rejected', code: error.code, message: error.message });",
  },
  {
    name: 'does not undo work in progress',
    file: `${barrier}/decide.ts`,
    original: "return first.outcome === 'succeeded' || first.outcome === 'pending' ? first.outcome : 'none';",
    mutated: "return first.outcome === 'succeeded' ? first.outcome : 'none';",
  },
  {
    name: 'undoes what was refused',
    file: `${barrier}/decide.ts`,
    original: "return first.outcome === 'succeeded' || first.outcome === 'pending' ? first.outcome : 'none';",
    mutated: "return first.outcome === 'pending' ? first.outcome : 'succeeded';",
  },
  {
    name: 'does not keep the result of a success',
    file: `${barrier}/barrier.ts`,
    original: "if (end.result !== null) await rows.keep(call, phase, { outcome: 'succeeded', result: end.result });\n",
    mutated: '\n',
  },
  {
    name: 'takes pending work for a success when it is asked again',
    file: `${barrier}/decide.ts`,
    original: "      return { kind: 'pending' };",
    mutated: "      return { kind: 'succeeded', result: row.result };",
  },
  {
    name: 'keeps a refusal of pending work as a success',
    file: `${barrier}/barrier.ts`,
    original: "return { outcome: 'rejected', result: keptRefusal(rejection) };",
    mutated: "return { outcome: 'succeeded', result: null };",
  },
  {
    name: 'keeps the barrier row outside the local transaction of a real database',
    file: 'libs/participant/src/sql/sql-barrier-store.ts',
    original: 'unit(new SqlBarrierRows(manager, this.transactions.dialect), manager));',
    mutated: 'unit(new SqlBarrierRows(manager.connection.manager, this.transactions.dialect), manager));',
    suite: 'libs/participant/test/failpoints.spec.ts',
  },
  {
    name: 'does the work outside the local transaction of a real database',
    file: 'libs/participant/src/sql/sql-barrier-store.ts',
    original: 'unit(new SqlBarrierRows(manager, this.transactions.dialect), manager));',
    mutated: 'unit(new SqlBarrierRows(manager, this.transactions.dialect), manager.connection.manager));',
    suite: 'libs/participant/test/failpoints.spec.ts',
  },
  {
    name: 'commits before it says that it will',
    file: `${barrier}/barrier.ts`,
    original: "        if (ended.end === 'commit') this.failpoints.hit('barrier.before-commit');\n        return ended;\n      });\n",
    mutated: "        return ended;\n      });\n      this.failpoints.hit('barrier.before-commit');\n",
    suite: 'libs/participant/test/failpoints.spec.ts',
  },
];
