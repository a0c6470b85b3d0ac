/** What is measured of the payment service: money that is held for transactions, and whether the books add up. */
import { ServiceMetrics } from '@assent/observability';
import { countOpenReservations } from '@assent/participant';
import { showReservations } from '@assent/service';
import type { DataSource } from 'typeorm';
import { readTotals } from './accounts/totals.js';

/** Read from the database behind `dataSource` when they are scraped. */
export function paymentMetrics(dataSource: DataSource): ServiceMetrics {
  const metrics = new ServiceMetrics('payment');
  showReservations(metrics, (begunBeforeMs) => countOpenReservations(dataSource, begunBeforeMs));
  metrics.gauge('shop_ledger_drift', 'By how much the books do not add up, in minor units', ['book'], async () => {
    const { wallets, frozen, earned, opened, ledger } = await readTotals(dataSource.manager);
    return [
      { labels: { book: 'accounts' }, value: wallets + frozen + earned - opened },
      { labels: { book: 'entries' }, value: ledger },
    ];
  });
  return metrics;
}
