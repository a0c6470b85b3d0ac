/** Wires a participant into a Nest application. */

import { noFailpoints } from '@assent/protocol';
import {
  type DynamicModule,
  type FactoryProvider,
  Module,
  type ModuleMetadata,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
  type Provider,
} from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, HttpAdapterHost } from '@nestjs/core';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Barrier, DEFAULT_RETENTION_MS } from '../barrier/index.js';
import { LocalTransactions } from '../local/index.js';
import { SqlBarrierStore } from '../sql/index.js';
import { PARTICIPANT_OPTIONS, type ParticipantDataSource, type ParticipantOptions } from './options.js';
import { ParticipantBootstrap } from './participant.bootstrap.js';

export interface ParticipantAsyncOptions extends ParticipantDataSource {
  readonly imports?: ModuleMetadata['imports'];
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: FactoryProvider<ParticipantOptions>['useFactory'];
}

/**
 * Import it once, in the root module beside `TypeOrmModule.forRoot`. It finds the providers decorated with `@TccBranch` and `@SagaStep`, serves `POST
 * /assent/:contract/:op` and, where it is told of NATS, the subjects `assent.{contract}.*`, and makes `Barrier` and `LocalTransactions` injectable everywhere.
 */
@Module({})
export class ParticipantModule implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  constructor(private readonly bootstrap: ParticipantBootstrap) {}

  static forRoot(options: ParticipantOptions & ParticipantDataSource): DynamicModule {
    return assemble(options.dataSource, [], { provide: PARTICIPANT_OPTIONS, useValue: options });
  }

  static forRootAsync(options: ParticipantAsyncOptions): DynamicModule {
    const { dataSource, imports = [], inject = [], useFactory } = options;
    return assemble(dataSource, imports, { provide: PARTICIPANT_OPTIONS, inject, useFactory });
  }

  onModuleInit(): Promise<void> {
    return this.bootstrap.start();
  }

  onApplicationBootstrap(): Promise<void> {
    return this.bootstrap.open();
  }

  onModuleDestroy(): Promise<void> {
    return this.bootstrap.stop();
  }
}

function assemble(dataSource: string | undefined, imports: NonNullable<ModuleMetadata['imports']>, options: Provider): DynamicModule {
  const token = getDataSourceToken(dataSource);
  return {
    module: ParticipantModule,
    global: true,
    imports: [DiscoveryModule, ...imports],
    providers: [
      options,
      { provide: LocalTransactions, inject: [token, PARTICIPANT_OPTIONS], useFactory: openTransactions },
      { provide: Barrier, inject: [LocalTransactions, PARTICIPANT_OPTIONS], useFactory: openBarrier },
      {
        provide: ParticipantBootstrap,
        inject: [PARTICIPANT_OPTIONS, token, Barrier, DiscoveryService, HttpAdapterHost],
        useFactory: (...parts: ConstructorParameters<typeof ParticipantBootstrap>) => new ParticipantBootstrap(...parts),
      },
    ],
    exports: [LocalTransactions, Barrier],
  };
}

function openTransactions(dataSource: DataSource, { lockWaitMs, workMs }: ParticipantOptions): LocalTransactions {
  return LocalTransactions.of(dataSource, { ...(lockWaitMs !== undefined && { lockWaitMs }), ...(workMs !== undefined && { workMs }) });
}

function openBarrier(transactions: LocalTransactions, options: ParticipantOptions): Barrier {
  const { retentionMs = DEFAULT_RETENTION_MS, now = Date.now, failpoints = noFailpoints } = options;
  return new Barrier(new SqlBarrierStore(transactions), { retentionMs, now, failpoints });
}
