/** Metrics for Prometheus. */
export { EngineMetrics } from './engine-metrics.js';
export { EventMetrics } from './event-metrics.js';
export { type GaugeSources, type ParticipantLoads, registerGauges } from './gauges.js';
export { HousekeepingMetrics, type PurgedKind } from './housekeeping-metrics.js';
export { registerProtection } from './protection-gauges.js';
export { type Reading, ServiceMetrics } from './service-metrics.js';
