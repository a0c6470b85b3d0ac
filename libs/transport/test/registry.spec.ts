/** Calls to participants that announce themselves, over real connections. */
import { EgressPolicy, HttpBranchInvoker, RegistryBranchInvoker } from '../src/index.js';
import { aCall, always, eventually, key, outcomeIn, realClock } from './callers.js';
import { answer, ScriptedServer } from './scripted-server.js';

describe('a participant with several instances', () => {
  let servers: ScriptedServer[];
  let endpoints: string[];
  let invoker: RegistryBranchInvoker;

  beforeEach(async () => {
    servers = [await ScriptedServer.start(), await ScriptedServer.start()];
    endpoints = servers.map(({ origin }) => origin);
    invoker = new RegistryBranchInvoker({
      participants: [{ name: 'inventory', key }],
      directory: { endpointsOf: (contract) => (contract === 'inventory.reserve' ? endpoints : []) },
      open: (participant, baseUrl) =>
        new HttpBranchInvoker({
          participants: [{ ...participant, baseUrl }],
          origins: [],
          egress: new EgressPolicy({ allowLoopback: true, allowedOrigins: [] }),
          clock: realClock,
          wallClockMs: Date.now,
        }),
      nats: null,
      clock: realClock,
    });
  });
  afterEach(async () => {
    await invoker.close(0);
    for (const server of servers) await server.stop();
  });

  const calls = (count: number) => Array.from({ length: count }, (_, at) => invoker.invoke(aCall({ attempt: at + 1 }), always));

  it('is called at all of them alike', async () => {
    for (const server of servers) server.script = (response) => void setTimeout(() => response.end(), 5);
    await Promise.all(calls(40));
    expect(servers.map((server) => server.calls.length)).toEqual([20, 20]);
  });

  it('loses no call to an instance that was killed', async () => {
    await Promise.all(calls(20));
    await servers[0]?.stop();
    const ends = await Promise.all(calls(40));
    const kinds = new Set(ends.map((end) => outcomeIn(end)).map((outcome) => (outcome.kind === 'unknown' ? outcome.code : outcome.kind)));
    // A call that was just being sent on a connection that died may be unknown; none that never left is.
    expect([...kinds].filter((kind) => kind !== 'succeeded' && kind !== 'reset')).toEqual([]);
    const next = await Promise.all(calls(40));
    expect(next.map((end) => outcomeIn(end).kind)).toEqual(Array(40).fill('succeeded'));
  });

  it('is called at the instance that answers while another hangs', async () => {
    const [hanging, healthy] = servers as [ScriptedServer, ScriptedServer];
    hanging.script = () => undefined;
    const stuck = Array.from({ length: 4 }, (_, at) => invoker.invoke(aCall({ attempt: at + 1, timeoutMs: 300 }), always));
    await Promise.all(stuck);
    const before = hanging.calls.length;
    const ends = await Promise.all(calls(50));
    expect([ends.every((end) => outcomeIn(end).kind === 'succeeded'), hanging.calls.length - before]).toEqual([true, 0]);
    expect(healthy.calls.length).toBeGreaterThanOrEqual(50);
  });

  it('cannot be reached when none of its instances can be', async () => {
    await servers[0]?.stop();
    await servers[1]?.stop();
    const outcome = outcomeIn(await invoker.invoke(aCall(), always));
    expect(outcome).toMatchObject({ kind: 'unknown', code: 'connect_failed', message: 'none of 2 instances could be reached' });
  });

  it('follows who comes and goes', async () => {
    const third = await ScriptedServer.start(answer(200, '{"third":true}'));
    endpoints = [third.origin];
    expect(outcomeIn(await invoker.invoke(aCall(), always))).toEqual({ kind: 'succeeded', result: '{"third":true}' });
    endpoints = [];
    expect(outcomeIn(await invoker.invoke(aCall(), always))).toMatchObject({ kind: 'unknown', code: 'contract_unserved' });
    await third.stop();
  });

  it('shows its load as one', async () => {
    for (const server of servers) server.script = () => undefined;
    const open = calls(6);
    await eventually(() => servers.every((server) => server.calls.length === 3));
    expect(invoker.loads()).toEqual(new Map([['inventory', { inFlight: 6, queued: 0 }]]));
    await invoker.close(0);
    expect((await Promise.all(open)).map((end) => outcomeIn(end))).toEqual(
      Array(6).fill(expect.objectContaining({ code: 'shutting_down' })),
    );
  });
});
