/** Metrics for Prometheus. */
export { EngineMetrics, type ParticipantLoads } from './engine-metrics.js';
