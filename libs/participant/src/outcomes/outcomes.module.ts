/** Wires the consumers of events into a Nest application. */
import {
  type DynamicModule,
  type FactoryProvider,
  Inject,
  Module,
  type ModuleMetadata,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type Provider,
} from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { LocalTransactions } from '../local/index.js';
import { DeadLetterController, DeadLetterDesk, OperatorGuard } from './desk/index.js';
import { DeadLetters, Inbox } from './inbox/index.js';
import { DeliveryMetrics, OutcomeMetrics } from './metrics/index.js';
import { OUTCOMES_OPTIONS, type OutcomesDataSource, type OutcomesOptions } from './options.js';
import { OutcomeLags } from './outcome-lags.js';
import { OutcomesBootstrap } from './outcomes.bootstrap.js';
import { OutcomeProcessor } from './processor.js';

export interface OutcomesAsyncOptions extends OutcomesDataSource {
  readonly imports?: ModuleMetadata['imports'];
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: FactoryProvider<OutcomesOptions>['useFactory'];
}

/**
 * Import it once, in the root module beside `TypeOrmModule.forRoot`. It finds the providers with `@OnOutcome` methods, takes their events from NATS,
 * serves `/assent/dead-letters`, and makes `DeadLetterDesk`, `OutcomeMetrics` and `OutcomeLags` injectable everywhere.
 */
@Module({})
export class OutcomesModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(@Inject(OutcomesBootstrap) private readonly bootstrap: OutcomesBootstrap) {}

  static forRoot(options: OutcomesOptions & OutcomesDataSource): DynamicModule {
    return assemble(options.dataSource, [], { provide: OUTCOMES_OPTIONS, useValue: options });
  }

  static forRootAsync(options: OutcomesAsyncOptions): DynamicModule {
    const { dataSource, imports = [], inject = [], useFactory } = options;
    return assemble(dataSource, imports, { provide: OUTCOMES_OPTIONS, inject, useFactory });
  }

  /** After every module has been initialized: handlers may use whatever the application has. */
  onApplicationBootstrap(): Promise<void> {
    return this.bootstrap.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.bootstrap.stop();
  }
}

function assemble(dataSource: string | undefined, imports: NonNullable<ModuleMetadata['imports']>, options: Provider): DynamicModule {
  const token = getDataSourceToken(dataSource);
  return {
    module: OutcomesModule,
    global: true,
    imports: [DiscoveryModule, ...imports],
    controllers: [DeadLetterController],
    providers: [
      options,
      OperatorGuard,
      { provide: DeadLetters, inject: [token], useFactory: (source: DataSource) => new DeadLetters(source) },
      { provide: Inbox, inject: [token, OUTCOMES_OPTIONS], useFactory: openInbox },
      { provide: DeliveryMetrics, inject: [OUTCOMES_OPTIONS], useFactory: ({ name }: OutcomesOptions) => new DeliveryMetrics(name) },
      { provide: OutcomeProcessor, inject: [token, Inbox, DeadLetters, DeliveryMetrics, OUTCOMES_OPTIONS], useFactory: openProcessor },
      {
        provide: OutcomesBootstrap,
        inject: [OUTCOMES_OPTIONS, token, OutcomeProcessor, Inbox, DiscoveryService, DeliveryMetrics],
        useFactory: (...parts: ConstructorParameters<typeof OutcomesBootstrap>) => new OutcomesBootstrap(...parts),
      },
      { provide: OutcomeLags, inject: [OutcomesBootstrap], useFactory: (bootstrap: OutcomesBootstrap) => new OutcomeLags(bootstrap) },
      { provide: OutcomeMetrics, inject: [OUTCOMES_OPTIONS, DeliveryMetrics, DeadLetters, OutcomesBootstrap], useFactory: openMetrics },
      {
        provide: DeadLetterDesk,
        inject: [token, Inbox, DeadLetters, OutcomeProcessor, OutcomesBootstrap, OUTCOMES_OPTIONS],
        useFactory: openDesk,
      },
    ],
    exports: [DeadLetterDesk, OutcomeLags, OutcomeMetrics],
  };
}

function openInbox(dataSource: DataSource, { now = Date.now }: OutcomesOptions): Inbox {
  return new Inbox(LocalTransactions.of(dataSource), now);
}

function openProcessor(
  dataSource: DataSource,
  inbox: Inbox,
  letters: DeadLetters,
  metrics: DeliveryMetrics,
  { now = Date.now }: OutcomesOptions,
): OutcomeProcessor {
  return new OutcomeProcessor(LocalTransactions.of(dataSource), inbox, letters, metrics, now);
}

/** A consumer without dead letters has 0 of them. */
function openMetrics(
  { name }: OutcomesOptions,
  deliveries: DeliveryMetrics,
  letters: DeadLetters,
  bootstrap: OutcomesBootstrap,
): OutcomeMetrics {
  return new OutcomeMetrics({
    service: name,
    deliveries,
    waitingLetters: async () => {
      const none = bootstrap.handlers.map(({ consumer }) => [consumer, 0] as const);
      return new Map([...none, ...(await letters.countWaiting())]);
    },
    lagsMs: async () => new Map((await bootstrap.lags()).map(({ consumer, lagMs }) => [consumer, lagMs])),
  });
}

function openDesk(
  dataSource: DataSource,
  inbox: Inbox,
  letters: DeadLetters,
  processor: OutcomeProcessor,
  bootstrap: OutcomesBootstrap,
  { now = Date.now }: OutcomesOptions,
): DeadLetterDesk {
  const transactions = LocalTransactions.of(dataSource);
  return new DeadLetterDesk({ transactions, inbox, letters, processor, handlers: () => bootstrap.handlers, now });
}
