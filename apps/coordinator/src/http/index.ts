/** HTTP around the routes: the server, its limits, and the answers to everything that goes wrong. */
export { type FailureLog, ProblemFilter } from './problem.filter.js';
export { createHttpAdapter } from './server.js';
