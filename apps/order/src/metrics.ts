/** What is measured of the order service: how far behind it is with the events of its transactions. */
import { ServiceMetrics } from '@assent/observability';
import type { OutcomeLags } from '@assent/participant';

/** Asked of NATS when they are scraped. */
export function orderMetrics(lags: OutcomeLags): ServiceMetrics {
  const metrics = new ServiceMetrics('order');
  metrics.gauge('shop_events_lag_seconds', 'Age of the oldest event that a consumer has not acknowledged', ['consumer'], async () =>
    (await lags.now()).map(({ consumer, lagMs }) => ({ labels: { consumer }, value: lagMs / 1_000 })),
  );
  return metrics;
}
