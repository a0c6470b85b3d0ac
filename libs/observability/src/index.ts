/** Metrics, logs and traces of a coordinator. */
export { EngineMonitor, type MonitorParts } from './engine-monitor.js';
export { createLogger, type LoggerOptions, NestLogger } from './logging/index.js';
export {
  EngineMetrics,
  EventMetrics,
  type GaugeSources,
  HousekeepingMetrics,
  type ParticipantLoads,
  type PurgedKind,
  type Reading,
  registerGauges,
  registerProtection,
  ServiceMetrics,
} from './metrics/index.js';
export {
  type IncomingHeaders,
  openTracing,
  readTrace,
  type SamplerName,
  samplerNames,
  type TracingOptions,
  TransactionTracer,
} from './tracing/index.js';
