/** Wires the inventory: its database, its branches, its HTTP API. */
import { ParticipantModule, participantMigrations } from '@assent/participant';
import { type Failpoints, noFailpoints } from '@assent/protocol';
import { type BranchServing, databaseOptions, ensureDatabase, HealthController, Metrics, MetricsController } from '@assent/service';
import { type DynamicModule, Module } from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import { CreateStock1764000000001 } from './database/create-stock.migration.js';
import { inventoryMetrics } from './metrics.js';
import { DeductStock } from './stock/deduct-stock.step.js';
import { ReserveStock } from './stock/reserve-stock.branch.js';
import { StockController } from './stock/stock.controller.js';
import { Stock } from './stock/stock.js';
import { StockItem } from './stock/stock-item.entity.js';

export interface InventoryOptions {
  readonly databaseUrl: string;
  /** By which calls of the coordinator are verified. */
  readonly key: string;
  /** Over what branches are served. Default: HTTP. */
  readonly serving?: BranchServing;
  /** Where this process is to be hurt, for tests. Default: nowhere. */
  readonly failpoints?: Failpoints;
}

@Module({
  controllers: [StockController, HealthController, MetricsController],
  providers: [Stock, ReserveStock, DeductStock, { provide: Metrics, inject: [getDataSourceToken()], useFactory: inventoryMetrics }],
})
export class InventoryModule {}

/** The module as it is configured. */
export function inventoryWith({ databaseUrl, key, serving, failpoints = noFailpoints }: InventoryOptions): DynamicModule {
  return {
    module: InventoryModule,
    imports: [
      TypeOrmModule.forRootAsync({
        useFactory: async () => {
          await ensureDatabase(databaseUrl);
          const tables = { entities: [StockItem], migrations: [...participantMigrations, CreateStock1764000000001] };
          return { ...databaseOptions(databaseUrl, tables), retryAttempts: 0 };
        },
      }),
      TypeOrmModule.forFeature([StockItem]),
      ParticipantModule.forRoot({ name: 'inventory', dataSource: 'default', keys: key, failpoints, ...serving }),
    ],
  };
}
