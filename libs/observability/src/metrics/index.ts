/** Metrics for Prometheus. */
export { EngineMetrics } from './engine-metrics.js';
export { type GaugeSources, type ParticipantLoads, registerGauges } from './gauges.js';
