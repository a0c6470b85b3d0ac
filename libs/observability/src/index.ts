/** Metrics and logs of a coordinator. */
export { EngineMonitor } from './engine-monitor.js';
export { createLogger, type LoggerOptions, NestLogger } from './logging/index.js';
export { EngineMetrics, type ParticipantLoads } from './metrics/index.js';
