/** What is measured of the inventory: stock that is held for transactions, and for how long. */
import { ServiceMetrics } from '@assent/observability';
import { countOpenReservations } from '@assent/participant';
import { showReservations } from '@assent/service';
import type { DataSource } from 'typeorm';

/** Read from the database behind `dataSource` when they are scraped. */
export function inventoryMetrics(dataSource: DataSource): ServiceMetrics {
  const metrics = new ServiceMetrics('inventory');
  showReservations(metrics, (begunBeforeMs) => countOpenReservations(dataSource, begunBeforeMs));
  return metrics;
}
