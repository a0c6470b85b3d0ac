/** What operators and their machines ask: is it alive, is it ready, how is it doing. */
export { Metrics, MetricsController } from '@assent/service';
export { HealthController } from './health.controller.js';
export { Health, type Readiness } from './readiness.js';
