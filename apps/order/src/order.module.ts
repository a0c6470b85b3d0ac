/** Wires the order service: its database, its catalogue, its orders, and the client by which it drives them. */
import { AssentModule } from '@assent/client';
import { OutcomeMetrics, OutcomesModule, outcomeMigrations } from '@assent/participant';
import { databaseOptions, ensureDatabase, HealthController, Metrics, MetricsController, type NatsAddress } from '@assent/service';
import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CatalogueController } from './catalogue/catalogue.controller.js';
import { Catalogue } from './catalogue/catalogue.js';
import { Product } from './catalogue/product.entity.js';
import { CreateOrders1764000000003 } from './database/create-orders.migration.js';
import { FollowOrders1764000000101 } from './database/follow-orders.migration.js';
import { orderMetrics } from './metrics.js';
import { Checkout } from './orders/checkout.js';
import { OrderController, OrderWait } from './orders/order.controller.js';
import { Order } from './orders/order.entity.js';
import { OrderDesk } from './orders/order-desk.js';
import { Orders } from './orders/orders.js';
import { Reconciliation, ReconciliationInterval } from './orders/reconciliation.js';
import { OrderProgress } from './progress/order-progress.js';
import { ProgressController } from './progress/progress.controller.js';

export interface OrderOptions {
  readonly databaseUrl: string;
  readonly coordinatorUrl: string;
  /** `undefined`: the coordinator asks nobody who they are. */
  readonly coordinatorKey?: string | undefined;
  /** How long `POST /orders` waits for a decision. */
  readonly waitMs: number;
  /** How often orders without an outcome are looked after. */
  readonly reconcileMs: number;
  /** Where the events of orders come from; absent: they are not followed. */
  readonly nats?: NatsAddress | undefined;
  /** What the operator shows to see dead letters; absent: this machine only. */
  readonly operatorKey?: string | undefined;
}

/** As many orders as may wait for their decision at once; further ones wait for one of these connections. */
const connections = 256;

@Module({
  controllers: [OrderController, ProgressController, CatalogueController, HealthController, MetricsController],
  providers: [
    Orders,
    Catalogue,
    Checkout,
    OrderDesk,
    OrderProgress,
    Reconciliation,
    { provide: Metrics, inject: [OutcomeMetrics], useFactory: orderMetrics },
  ],
})
export class OrderModule {}

/** The module as it is configured. */
export function orderWith(options: OrderOptions): DynamicModule {
  const { databaseUrl, coordinatorUrl, coordinatorKey, waitMs, reconcileMs, nats = null, operatorKey } = options;
  return {
    module: OrderModule,
    imports: [
      TypeOrmModule.forRootAsync({
        useFactory: async () => {
          await ensureDatabase(databaseUrl);
          const tables = {
            entities: [Order, Product],
            migrations: [CreateOrders1764000000003, FollowOrders1764000000101, ...outcomeMigrations],
          };
          return { ...databaseOptions(databaseUrl, tables), retryAttempts: 0 };
        },
      }),
      TypeOrmModule.forFeature([Product]),
      OutcomesModule.forRoot({ name: 'order', nats, operatorKey }),
      AssentModule.forRoot({ baseUrl: coordinatorUrl, connections, ...(coordinatorKey !== undefined && { key: coordinatorKey }) }),
    ],
    providers: [
      { provide: OrderWait, useValue: new OrderWait(waitMs) },
      { provide: ReconciliationInterval, useValue: new ReconciliationInterval(reconcileMs) },
    ],
  };
}
