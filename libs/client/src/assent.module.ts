/** The Nest module: one `AssentClient` for the whole application, closed with it, and an interceptor that takes up transactions that requests carry along. */
import {
  type DynamicModule,
  type FactoryProvider,
  Global,
  Inject,
  Module,
  type ModuleMetadata,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { AssentClient, type AssentClientOptions } from './assent-client.js';
import { PropagationInterceptor } from './propagation/index.js';

export interface AssentModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'>, Pick<FactoryProvider<AssentClientOptions>, 'inject'> {
  readonly useFactory: FactoryProvider<AssentClientOptions>['useFactory'];
}

const optionsToken = Symbol('AssentClientOptions');

@Global()
@Module({})
export class AssentModule implements OnApplicationShutdown {
  constructor(@Inject(AssentClient) private readonly client: AssentClient) {}

  static forRoot(options: AssentClientOptions): DynamicModule {
    return AssentModule.forRootAsync({ useFactory: () => options });
  }

  static forRootAsync(options: AssentModuleAsyncOptions): DynamicModule {
    return {
      module: AssentModule,
      imports: options.imports ?? [],
      providers: [
        { provide: optionsToken, useFactory: options.useFactory, inject: options.inject ?? [] },
        { provide: APP_INTERCEPTOR, useClass: PropagationInterceptor },
        { provide: AssentClient, useFactory: (given: AssentClientOptions) => new AssentClient(given), inject: [optionsToken] },
      ],
      exports: [AssentClient],
    };
  }

  onApplicationShutdown(): Promise<void> {
    return this.client.close();
  }
}
