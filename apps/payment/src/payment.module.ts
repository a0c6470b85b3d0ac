/** Wires the payment service: its database, its branches, its HTTP API. */
import { ParticipantModule, participantMigrations } from '@assent/participant';
import { type Failpoints, noFailpoints } from '@assent/protocol';
import { type BranchServing, databaseOptions, ensureDatabase, HealthController, Metrics, MetricsController } from '@assent/service';
import { type DynamicModule, Module } from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import { AccountController } from './accounts/account.controller.js';
import { Account } from './accounts/account.entity.js';
import { Accounts } from './accounts/accounts.js';
import { ChargePayment } from './accounts/charge-payment.step.js';
import { FreezePayment } from './accounts/freeze-payment.branch.js';
import { TransferMoney } from './accounts/transfer.branch.js';
import { CreateAccounts1764000000002 } from './database/create-accounts.migration.js';
import { paymentMetrics } from './metrics.js';

export interface PaymentOptions {
  readonly databaseUrl: string;
  /** By which calls of the coordinator are verified. */
  readonly key: string;
  /** Over what branches are served. Default: HTTP. */
  readonly serving?: BranchServing;
  /** Where this process is to be hurt, for tests. Default: nowhere. */
  readonly failpoints?: Failpoints;
}

@Module({
  controllers: [AccountController, HealthController, MetricsController],
  providers: [
    Accounts,
    FreezePayment,
    ChargePayment,
    TransferMoney,
    { provide: Metrics, inject: [getDataSourceToken()], useFactory: paymentMetrics },
  ],
})
export class PaymentModule {}

/** The module as it is configured. */
export function paymentWith({ databaseUrl, key, serving, failpoints = noFailpoints }: PaymentOptions): DynamicModule {
  return {
    module: PaymentModule,
    imports: [
      TypeOrmModule.forRootAsync({
        useFactory: async () => {
          await ensureDatabase(databaseUrl);
          const tables = { entities: [Account], migrations: [...participantMigrations, CreateAccounts1764000000002] };
          return { ...databaseOptions(databaseUrl, tables), retryAttempts: 0 };
        },
      }),
      ParticipantModule.forRoot({ name: 'payment', dataSource: 'default', keys: key, failpoints, ...serving }),
    ],
  };
}
