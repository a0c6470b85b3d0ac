/** Settled by hand, and then the call that the network had held arrives: the participant's barrier lets it do nothing. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';
import { v7 as uuidv7 } from 'uuid';
import { openSqlite } from '../../libs/participant/test/support/data-sources.js';
import { KEY, type RunningTheatre, runTheatre } from '../../libs/participant/test/support/running-theatre.js';
import { type TestCoordinator, until } from './support/coordinators.js';
import { describeOnEveryDatabase } from './support/databases.js';

interface Held {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** Stands between coordinator and participant, and keeps calls of some ops to itself. */
class SlowNetwork {
  readonly held: Held[] = [];
  private readonly server: Server;

  private constructor(
    private readonly target: string,
    private readonly holds: string,
  ) {
    this.server = createServer((incoming, answer) => {
      const parts: Buffer[] = [];
      incoming.on('data', (part: Buffer) => parts.push(part));
      incoming.on('end', () => {
        const call = { path: incoming.url ?? '', headers: incoming.headers, body: Buffer.concat(parts) };
        if (call.path.endsWith(`/${this.holds}`)) {
          this.held.push(call);
          return;
        }
        void this.forward(call).then(({ status, body }) => answer.writeHead(status, { 'content-type': 'application/json' }).end(body));
      });
    });
  }

  static async start(target: string, holds: string): Promise<SlowNetwork> {
    const network = new SlowNetwork(target, holds);
    await new Promise<void>((resolve) => network.server.listen(0, '127.0.0.1', resolve));
    return network;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Lets a call that was held arrive at last. */
  async forward({ path, headers, body }: Held): Promise<{ readonly status: number; readonly body: string }> {
    const { host: _host, connection: _connection, 'content-length': _length, ...kept } = headers;
    const answer = await request(this.target + path, { method: 'POST', headers: kept, body });
    return { status: answer.statusCode, body: await answer.body.text() };
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

describeOnEveryDatabase('an op that was settled by hand', (ground) => {
  let theatre: RunningTheatre;
  let network: SlowNetwork;
  let assent: TestCoordinator;

  beforeAll(async () => {
    theatre = await runTheatre(await openSqlite()());
    network = await SlowNetwork.start(await theatre.app.getUrl(), 'confirm');
    assent = await ground().start({
      ASSENT_PARTICIPANTS: `theatre=${network.url}`,
      ASSENT_PARTICIPANT_KEYS: `theatre=${KEY}`,
    });
    const brief = { name: 'brief', reason: 'tests', endAttempts: 1, endTimeoutMs: 200 };
    expect((await assent.post('/v1/policies', brief)).status).toBe(201);
  });
  afterAll(async () => {
    await assent.stop();
    await network.stop();
    await theatre.close();
  });

  it('has no second effect when its call arrives late', async () => {
    const gid = uuidv7();
    const branches = [{ id: 'seat', contract: 'theatre.seat', payload: { seat: 'A1' } }];
    await assent.post('/v1/transactions', { gid, pattern: 'tcc', policy: 'brief', branches });
    const isParked = async () => ((await assent.get('/v1/transactions?attention=parked')).body.items as unknown as object[]).length === 1;
    await until('the confirm is parked', isParked, 30_000);
    expect(network.held).toHaveLength(1);
    const resolved = await assent.post(`/v1/transactions/${gid}/actions/resolve`, {
      reason: 'the box office has sold it',
      branch: 'seat',
      outcome: 'succeeded',
    });
    expect(resolved).toMatchObject({ status: 200, body: { outcome: 'done', transaction: { status: 'committed' } } });
    const late = await network.forward(network.held[0] as Held);
    expect([late.status, JSON.parse(late.body)]).toEqual([409, expect.objectContaining({ code: 'sealed' })]);
    expect(await theatre.effects(gid)).toEqual(['try']);
  });
});
