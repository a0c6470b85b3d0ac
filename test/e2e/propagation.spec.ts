/** A global transaction that travels: from a decorated method, over HTTP, into another service that takes part with branches of its own. */
import { AssentClient, AssentModule, assentFetch, GlobalTransaction } from '@assent/client';
import { Body, Controller, Injectable, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { startCoordinator, type TestCoordinator, type TestFolder, testFolder, until } from './support/coordinators.js';
import { refusal, ScriptedParticipant } from './support/scripted-participant.js';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** Takes part in whatever transaction it is asked for. */
@Controller('points')
class Points {
  constructor(private readonly assent: AssentClient) {}

  @Post()
  async grant(@Body() { points }: { points: number }): Promise<{ granted: number; gid: string }> {
    await this.assent.try('inventory.points', { points });
    return { granted: points, gid: this.assent.current().gid };
  }
}

@Injectable()
class Transfers {
  url = '';

  constructor(private readonly assent: AssentClient) {}

  @GlobalTransaction({ name: 'transfer', wait: 'final' })
  async transfer(points: number): Promise<{ readonly gid: string; readonly granted: unknown }> {
    await this.assent.try('inventory.reserve', { lines: points });
    const response = await assentFetch(`${this.url}/points`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ points }),
    });
    if (!response.ok) throw new Error(`points were refused with ${response.status}`);
    return { gid: this.assent.current().gid, granted: await response.json() };
  }

  /** One transaction, although the inner method is one by itself. */
  @GlobalTransaction({ name: 'twice', wait: 'final' })
  async twice(): Promise<readonly string[]> {
    return [(await this.transfer(1)).gid, this.assent.current().gid];
  }
}

@Controller('transfers')
class TransferController {
  constructor(private readonly transfers: Transfers) {}

  @Post()
  transfer(): Promise<unknown> {
    return this.transfers.transfer(3);
  }
}

describe.each([
  ['with access control', true],
  ['without access control', false],
])('A global transaction that travels, %s', (_name, isProtected) => {
  let folder: TestFolder;
  let participant: ScriptedParticipant;
  let coordinator: TestCoordinator;
  let asking: NestFastifyApplication;
  let asked: NestFastifyApplication;
  let transfers: Transfers;
  const aKey = (fill: string) => `assent_${Buffer.alloc(32, fill).toString('base64url')}`;
  const keys = { shop: aKey('s'), points: aKey('p') };

  beforeEach(async () => {
    folder = testFolder();
    participant = await ScriptedParticipant.start();
    const access = {
      ASSENT_AUTH: 'on',
      ASSENT_API_KEYS: `shop:service=${keys.shop},points:service=${keys.points}`,
    };
    coordinator = await startCoordinator(folder, { ASSENT_PARTICIPANTS: `inventory=${participant.url}`, ...(isProtected && access) });
    participant.key = coordinator.key('inventory');
    asked = await serve(keys.points, [Points], []);
    asking = await serve(keys.shop, [TransferController], [Transfers]);
    transfers = asking.get(Transfers);
    transfers.url = await asked.getUrl();
  });
  afterEach(async () => {
    await asking.close();
    await asked.close();
    await coordinator.stop();
    await participant.stop();
    folder.remove();
  });

  async function serve(key: string, controllers: (new (...parts: never[]) => object)[], providers: (new (...parts: never[]) => object)[]) {
    class Service {}
    Module({
      imports: [AssentModule.forRoot({ baseUrl: coordinator.url, ...(isProtected && { key }) })],
      controllers,
      providers,
    })(Service);
    const app = await NestFactory.create<NestFastifyApplication>(Service, new FastifyAdapter(), { logger: false });
    await app.listen(0, '127.0.0.1');
    return app;
  }

  const opsOf = (gid: string) => participant.heard(gid).toSorted();

  it('is begun around the method, takes in the branches of the service that was asked, and is submitted when the method returns', async () => {
    const { gid, granted } = await transfers.transfer(3);
    expect(granted).toEqual({ granted: 3, gid });
    await until('both are confirmed', () => opsOf(gid).length === 4);
    expect(opsOf(gid)).toEqual(['inventory.points confirm', 'inventory.points try', 'inventory.reserve confirm', 'inventory.reserve try']);
  });

  it('is aborted when the service that was asked is refused, and what had been tried is cancelled', async () => {
    let gid = '';
    participant.on('inventory.points', 'try', (call) => {
      gid = call.gid;
      return refusal('NO_POINTS', 'none are left');
    });
    await expect(transfers.transfer(3)).rejects.toThrow('points were refused with 500');
    await until('it is cancelled', () => opsOf(gid).includes('inventory.reserve cancel'));
    expect(opsOf(gid)).not.toContain('inventory.reserve confirm');
  });

  it('is one when one such method calls another', async () => {
    const [inner, outer] = await transfers.twice();
    expect(inner).toBe(outer);
    expect(opsOf(inner ?? '').filter((line) => line.endsWith('confirm'))).toHaveLength(2);
  });

  it('carries the trace of the request that began it along', async () => {
    const traces = new Set<string | undefined>();
    const response = await fetch(`${await asking.getUrl()}/transfers`, { method: 'POST', headers: { traceparent } });
    const { gid } = (await response.json()) as { gid: string };
    for (const call of participant.calls.filter((one) => one.gid === gid)) traces.add(call.traceparent?.split('-')[1]);
    expect([...traces]).toEqual([traceparent.split('-')[1]]);
  });
});
