/** How everything stands, for metrics: read now and then, never on the path of a transaction. */
export { type PoolLoad, poolLoad } from './pool-load.js';
export { readStanding, type Standing } from './read-standing.js';
