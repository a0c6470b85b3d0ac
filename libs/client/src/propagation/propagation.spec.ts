import { contextHeaders, currentContext, runInContext } from '@assent/context';
import { connect, type NatsConnection, headers as natsHeaders } from '@nats-io/transport-node';
import { Controller } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { MessagePattern, type MicroserviceOptions, Transport } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { describeOnNats, startNats } from '../../../../test/support/nats.js';
import { AssentClient } from '../assent-client.js';
import { OutsideTransaction } from '../builders/global-transaction.js';
import { GlobalTransaction, PropagationInterceptor } from './index.js';

@Controller()
class Points {
  @MessagePattern('points.whose')
  whose(): object {
    const { gid, joinToken, role } = currentContext() ?? {};
    return { gid, joinToken, role };
  }
}

describeOnNats('a message over NATS', () => {
  it('brings the transaction along in whose name it was sent', async () => {
    const server = await startNats();
    const module = await Test.createTestingModule({
      controllers: [Points],
      providers: [{ provide: APP_INTERCEPTOR, useClass: PropagationInterceptor }],
    }).compile();
    const app = module.createNestMicroservice<MicroserviceOptions>({
      transport: Transport.NATS,
      options: { servers: [server.url] },
      logger: false,
    });
    const connection = await connect({ servers: [server.url] });
    try {
      await app.listen();
      await untilAnybodyListens(connection, 'points.whose');
      const ask = async (carried: Readonly<Record<string, string>>) => {
        const headers = natsHeaders();
        for (const [name, value] of Object.entries(carried)) headers.set(name, value);
        const packet = JSON.stringify({ pattern: 'points.whose', data: {}, id: '1' });
        return (await connection.request('points.whose', packet, { headers, timeout: 5_000 })).json<{ response: unknown }>();
      };
      const carried = runInContext({ gid: 'g-1', joinToken: 'token', role: 'initiator' }, () => contextHeaders());
      expect(await ask(carried)).toMatchObject({ response: { gid: 'g-1', joinToken: 'token', role: 'joined' } });
      expect((await ask({})).response).toEqual({});
    } finally {
      await connection.close();
      await app.close();
      await server.stop();
    }
  });
});

describe('a branch outside of any global transaction', () => {
  it('is refused in words', async () => {
    const client = new AssentClient({ baseUrl: 'http://127.0.0.1:1' });
    await expect(client.try('bank.debit', {})).rejects.toThrow(OutsideTransaction);
    const inBranch = runInContext({ gid: 'g', role: 'branch' }, () => client.try('bank.debit', {}));
    await expect(inBranch).rejects.toThrow(/No global transaction runs here/);
    await client.close();
  });
});

describe('@GlobalTransaction()', () => {
  class Nobody {
    @GlobalTransaction()
    async transfer(): Promise<void> {}
  }

  class Both {
    readonly one = new AssentClient({ baseUrl: 'http://127.0.0.1:1' });
    readonly two = new AssentClient({ baseUrl: 'http://127.0.0.1:1' });

    @GlobalTransaction()
    async transfer(): Promise<void> {}
  }

  it.each([
    ['no client', new Nobody()],
    ['two clients', new Both()],
  ])('says what it needs on an object with %s', async (_what, object) => {
    await expect(object.transfer()).rejects.toThrow(/needs an AssentClient in exactly one property of/);
  });
});

/** A service that has started to listen may still be on its way to the server with its subscription. */
async function untilAnybodyListens(connection: NatsConnection, subject: string): Promise<void> {
  const deadline = performance.now() + 10_000;
  const isThere = () =>
    connection.request(subject, JSON.stringify({ pattern: subject, data: {}, id: '0' }), { timeout: 5_000 }).then(
      () => true,
      () => false,
    );
  while (!(await isThere())) if (performance.now() > deadline) throw new Error(`nobody listens to ${subject}`);
}
