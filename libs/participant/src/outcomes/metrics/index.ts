/** What consumers of events tell Prometheus. */
export { type DeliveryEnd, DeliveryMetrics } from './delivery-metrics.js';
export { OutcomeMetrics, type OutcomeMetricsParts } from './outcome-metrics.js';
