/** What is measured of the order service: how it fares with the events of its transactions. */
import { ServiceMetrics } from '@assent/observability';
import type { OutcomeMetrics } from '@assent/participant';

export function orderMetrics(outcomes: OutcomeMetrics): ServiceMetrics {
  const metrics = new ServiceMetrics('order');
  metrics.include(outcomes);
  return metrics;
}
