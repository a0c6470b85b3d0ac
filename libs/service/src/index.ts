/**
 * What apps have in common around their own rules: configuration, database, problems, boot, the end of connections, metrics, faults on purpose. The
 * coordinator shares only how connections end and metrics are shown; the rest is of the services.
 */
export { type BranchServing, branchServing, branchVariables } from './branches.js';
export { closeIdleConnectionsAtTheEnd } from './closing.js';
export {
  bindAddress,
  ConfigurationError,
  databaseUrl,
  keysFile,
  natsUrl,
  port,
  readConfiguration,
  signingKey,
  wholeNumber,
} from './configuration.js';
export { changedRows, type DatabaseParts, databaseOptions, ensureDatabase, isSqlite } from './database.js';
export { type Faults, injectFaults, parseFaults } from './fault-injection.js';
export { HealthController } from './health.controller.js';
export { Metrics, MetricsController } from './metrics.controller.js';
export { type NatsAddress, readNatsUrl } from './nats-url.js';
export { Problem, ProblemFilter, readInput } from './problem.js';
export { showReservations } from './reservations.js';
export { boot, createService, type ServeOptions, serve } from './serve.js';
export { signingKeyFromFile } from './signing-key.js';
