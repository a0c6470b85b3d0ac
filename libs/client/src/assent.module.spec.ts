import { aTransaction, ScriptedCoordinator } from '@assent/testing';
import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { AssentModule } from './assent.module.js';
import { AssentClient } from './assent-client.js';

@Injectable()
class Checkout {
  constructor(readonly assent: AssentClient) {}
}

@Module({ providers: [Checkout], exports: [Checkout] })
class CheckoutModule {}

describe('the Nest module', () => {
  it('gives every module of the application the same client, and closes it with the application', async () => {
    const coordinator = new ScriptedCoordinator();
    const baseUrl = await coordinator.start();
    coordinator.willAnswer({ status: 200, body: aTransaction('committed') });
    const app = await Test.createTestingModule({
      imports: [AssentModule.forRootAsync({ useFactory: () => ({ baseUrl }) }), CheckoutModule],
    }).compile();
    const { assent } = app.get(Checkout, { strict: false });

    expect((await assent.get('g1'))?.status).toBe('committed');
    await app.close();
    await expect(assent.get('g1')).rejects.toMatchObject({ name: 'AssentUnavailableError', code: 'closed' });
    await coordinator.stop();
  });
});
