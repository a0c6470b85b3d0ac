/** A participant that knows nothing of this project but its wire: an ordinary Nest microservice with hand-written `@MessagePattern` handlers. */
import { Controller, type INestMicroservice } from '@nestjs/common';
import { Ctx, MessagePattern, NatsContext, Payload, RpcException, Transport } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { from } from 'rxjs';
import { Webhook } from 'standardwebhooks';
import { describeOnNats, type NatsServer, startNats } from '../../../test/support/nats.js';
import { NatsBranchInvoker, NatsLink } from '../src/index.js';
import { aCall, always, key, outcomeIn, realClock } from './callers.js';

interface Parcel {
  readonly address: string;
}

@Controller()
class Shipping {
  @MessagePattern('assent.shipping.handOver.action', { queue: 'shipping' })
  handOver(@Payload() parcel: Parcel, @Ctx() context: NatsContext): object {
    const headers = context.getHeaders() as { get(name: string): string };
    const signed = Object.fromEntries(['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [name, headers.get(name)]));
    new Webhook(key).verify(JSON.stringify(parcel), signed);
    const [gid, branch, contract, op, attempt] = headers.get('webhook-id').replaceAll(':', '.').split('/');
    if (parcel.address === 'the moon') throw new RpcException({ assent: 'rejected', code: 'TOO_FAR', message: 'not to the moon' });
    return { gid, branch, contract, op, attempt };
  }

  @MessagePattern('assent.shipping.handOver.compensate')
  takeBack(): void {}

  @MessagePattern('assent.shipping.pack.action')
  pack(): object {
    return { assent: 'pending', retryAfterMs: 700 };
  }

  @MessagePattern('assent.shipping.weigh.action')
  weigh(): never {
    throw new Error('the scale is broken');
  }

  @MessagePattern('assent.shipping.insure.action')
  insure(): never {
    throw new RpcException('no insurer answers');
  }

  @MessagePattern('assent.shipping.track.action')
  track() {
    return from([{ step: 1 }, { step: 2 }]);
  }
}

describeOnNats('a hand-written handler', () => {
  let server: NatsServer;
  let service: INestMicroservice;
  let invoker: NatsBranchInvoker;

  beforeAll(async () => {
    server = await startNats();
    const module = await Test.createTestingModule({ controllers: [Shipping] }).compile();
    service = module.createNestMicroservice({ transport: Transport.NATS, options: { servers: [server.url] }, logger: false });
    await service.listen();
    invoker = new NatsBranchInvoker({
      participants: [{ name: 'shipping', key }],
      link: NatsLink.open({ address: { servers: [server.url] }, name: 'test' }),
      clock: realClock,
      wallClockMs: Date.now,
    });
  });
  afterAll(async () => {
    await invoker.close(0);
    await service.close();
    await server.stop();
  });

  const call = async (contract: string, of: Parameters<typeof aCall>[0] = {}) =>
    outcomeIn(await invoker.invoke(aCall({ op: 'action', endpoint: { contract }, payload: '{"address":"Main Street 1"}', ...of }), always));

  it('verifies the signature over the payload as it gets it, and takes who calls from the verified id', async () => {
    expect(await call('shipping.handOver')).toEqual({
      kind: 'succeeded',
      result: JSON.stringify({
        gid: '0199c2f0-0000-7000-8000-000000000001',
        branch: 'stock',
        contract: 'shipping.handOver',
        op: 'action',
        attempt: '1',
      }),
    });
  });

  it('succeeds without a result when it returns nothing', async () => {
    expect(await call('shipping.handOver', { op: 'compensate' })).toEqual({ kind: 'succeeded' });
  });

  it('refuses by an error that says so', async () => {
    expect(await call('shipping.handOver', { payload: '{"address":"the moon"}' })).toEqual({
      kind: 'rejected',
      refusal: { code: 'TOO_FAR', message: 'not to the moon' },
    });
  });

  it('is pending when it returns that', async () => {
    expect(await call('shipping.pack')).toEqual({ kind: 'pending', retryAfterMs: 700 });
  });

  it.each(['shipping.weigh', 'shipping.insure'])('that throws (%s) has not refused: the outcome is unknown', async (contract) => {
    expect(await call(contract)).toMatchObject({ kind: 'unknown', code: 'error_answer' });
  });

  it('that streams has answered with its first value', async () => {
    expect(await call('shipping.track')).toEqual({ kind: 'succeeded', result: '{"step":1}' });
  });

  it('that does not exist is nobody', async () => {
    expect(await call('shipping.lose')).toMatchObject({ kind: 'unknown', code: 'no_responders' });
  });
});
