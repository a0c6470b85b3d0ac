/** Looking for transactions and into them, over HTTP, as somebody does who was woken at night. */
import { v7 as uuidv7 } from 'uuid';
import { openApiDocument } from '../../apps/coordinator/src/docs/index.js';
import { type Answer, startCoordinator, type TestCoordinator, type TestFolder, testFolder, until } from './support/coordinators.js';
import { ScriptedParticipant } from './support/scripted-participant.js';

/** What the API says that the answer 200 of an operation may hold. */
function propertiesOf(operation: unknown): readonly string[] {
  const { responses } = operation as { responses: { 200: { content: { 'application/json': { schema: { properties: object } } } } } };
  return Object.keys(responses[200].content['application/json'].schema.properties);
}

describe('what an operator sees', () => {
  let folder: TestFolder;
  let shop: ScriptedParticipant;
  let bank: ScriptedParticipant;
  let assent: TestCoordinator;

  beforeAll(async () => {
    folder = testFolder();
    shop = await ScriptedParticipant.start();
    bank = await ScriptedParticipant.start();
    assent = await startCoordinator(folder, { ASSENT_PARTICIPANTS: `inventory=${shop.url},payment=${bank.url}` });
    shop.key = assent.key('inventory');
    bank.key = assent.key('payment');
  });
  afterAll(async () => {
    await assent.stop();
    await shop.stop();
    await bank.stop();
    folder.remove();
  });
  beforeEach(() => {
    shop.reset();
    bank.reset();
  });

  const begin = (key: string, more: object = {}) =>
    assent.post('/v1/transactions', {
      ...{ gid: uuidv7(), name: 'checkout', pattern: 'tcc', key },
      branches: [{ contract: 'inventory.reserve' }, { contract: 'payment.freeze' }],
      ...more,
    });
  const list = (query: string) => assent.get(`/v1/transactions?${query}`);
  const gidsOf = (answer: Answer) => (answer.body.items as unknown as { gid: string }[]).map(({ gid }) => gid);
  const gidOf = (answer: Answer) => String(answer.body.gid);

  it('shows failed calls with time, duration and cause, and tells them in order', async () => {
    let calls = 0;
    bank.on('payment.freeze', 'try', () => {
      calls += 1;
      return calls === 1 ? { status: 503 } : { status: 204 };
    });
    const gid = gidOf(await begin('d', { wait: 'final' }));
    const detail = await assent.get(`/v1/transactions/${gid}?include=attempts,audit`);
    expect(detail.body).toMatchObject({
      status: 'committed',
      attempts: [
        { branch: 'payment.freeze', op: 'try', attempt: 1, outcome: 'unknown', code: 'http_503', at: expect.any(String) as unknown },
      ],
      audit: [],
    });
    expect(propertiesOf(openApiDocument().paths['/v1/transactions/{gid}']?.get)).toEqual(expect.arrayContaining(Object.keys(detail.body)));
    const { body: timeline } = await assent.get(`/v1/transactions/${gid}/timeline`);
    expect((timeline.entries as unknown as { words: string }[]).map(({ words }) => words.replace(/ in \d+ ms.*/, ''))).toEqual([
      'accepted (deadline 30 s, policy standard v1)',
      'inventory.reserve try succeeded',
      'payment.freeze try attempt 1 unknown',
      'payment.freeze try succeeded',
      'decided: commit',
      'inventory.reserve confirm succeeded',
      'payment.freeze confirm succeeded',
      'committed',
    ]);
  });

  /** The breaker of the participant opens here and stays so for a while: nothing of it may be asked in what follows. */
  const abortingSaga = [
    { contract: 'payment.freeze', after: [] },
    { contract: 'inventory.reserve', after: ['payment.freeze'] },
  ];

  it('finds the cause in two calls when a participant is down', async () => {
    bank.on('payment.freeze', 'compensate', () => ({ status: 500 }));
    shop.on('inventory.reserve', 'action', () => ({ status: 409, body: { code: 'OUT_OF_STOCK', message: 'tea is sold out' } }));
    const policy = { name: 'patient', version: 1 };
    const gids = await Promise.all(
      ['a', 'b', 'c'].map(async (key) => gidOf(await begin(key, { pattern: 'saga', policy, branches: abortingSaga }))),
    );
    await until('all of them wait', async () => gidsOf(await list('attention=any')).length === 3, 30_000);
    const { body } = await list('attention=any&participant=payment');
    expect(gidsOf({ body } as Answer).toSorted()).toEqual(gids.toSorted());
    expect(body.counts).toMatchObject({
      matching: 3,
      scope: 'all',
      byStatus: { aborting: 3 },
    });
    const groups = (body.counts as unknown as { attention: { participant: string; count: number }[] }).attention;
    expect(groups.reduce((sum, { participant, count }) => sum + (participant === 'payment' ? count : 0), 0)).toBe(3);
    const timeline = await assent.get(`/v1/transactions/${gids[0]}/timeline`);
    expect(timeline.body.headline).toMatch(
      /^ABORT decided [\d:]{8} because inventory.reserve refused: OUT_OF_STOCK: tea is sold out; 1 of 2 undone; waiting for payment.compensate, attempt \d+/,
    );
  }, 60_000);

  it('goes from page to page by the cursor alone', async () => {
    const name = uuidv7();
    for (const key of ['1', '2', '3', '4', '5']) await begin(key, { name });
    const keys: (string | null)[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body }: Answer = await list(`name=${name}&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      keys.push(...(body.items as unknown as { key: string }[]).map(({ key }) => key));
      expect('counts' in body).toBe(cursor === '');
      cursor = body.next as unknown as string | null;
    }
    expect(keys).toEqual(['5', '4', '3', '2', '1']);
  });

  it.each([
    ['status=asleep', 'status'],
    ['attention=now', 'attention'],
    ['limit=0', 'limit'],
    ['limit=9999', 'limit'],
    ['cursor=xx', 'cursor'],
    ['from=yesterday', 'from'],
    ['from=2026-13-01', 'from'],
    ['to=2026-02-30T00:00:00Z', 'to'],
    ['name=%00', 'name'],
    ['key=', 'key'],
    ['colour=red', 'colour'],
  ])('refuses the query %s and names the parameter', async (query, parameter) => {
    const answer = await list(query);
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'invalid_query', detail: expect.stringContaining(`"${parameter}"`) as unknown },
    });
  });

  it('tells nothing of what is not there', async () => {
    expect((await assent.get(`/v1/transactions/${uuidv7()}/timeline`)).body.code).toBe('not_found');
    expect((await assent.get(`/v1/transactions/${uuidv7()}?include=attempts`)).body.code).toBe('not_found');
    expect((await assent.get(`/v1/transactions/${uuidv7()}?include=payloads`)).body.code).toBe('invalid_query');
    expect((await list('key=nobody')).body).toMatchObject({ items: [], next: null });
  });
});
