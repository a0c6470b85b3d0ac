/** What operators and their machines ask: is it alive, is it ready, how is it doing. */
export { HealthController } from './health.controller.js';
export { Metrics, MetricsController } from './metrics.controller.js';
export { Health, type Readiness } from './readiness.js';
