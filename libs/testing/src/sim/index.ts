/** Deterministic simulation: the real machine, engine and barrier in a world that is made, hurt and judged from one seed. */
export { type OpenBackend, openMemory, prepareSqlite } from './database/index.js';
export type { JudgeSeal } from './initiator/index.js';
export { type FaultClass, faultClasses, faultNames, marks } from './kernel/index.js';
export { type Report, runSeed } from './run-seed.js';
export type { Finding } from './truth/index.js';
export type { WorldOptions } from './world.js';
