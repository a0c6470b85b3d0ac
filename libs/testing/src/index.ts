/** For tests of participants and initiators, ours and our users'. */
export { type BranchAnswer, BranchCaller, type BranchCallOptions } from './branch-caller.js';
export { type Asked, aBranch, aProblem, aTransaction, type Scripted, ScriptedCoordinator } from './scripted-coordinator.js';
export * from './sim/index.js';
export { createSqliteDatabase, type TemporaryDatabase } from './sqlite-database.js';
