import { header } from '@assent/protocol';
import { Webhook } from 'standardwebhooks';
import { openSqlite } from './support/data-sources.js';
import { Latch, until } from './support/latch.js';
import { KEY, newGid, type RunningTheatre, runTheatre } from './support/running-theatre.js';

const OTHER_KEY = `whsec_${Buffer.from('some other key, also of 32 bytes').toString('base64')}`;

describe('the endpoint of a participant', () => {
  let theatre: RunningTheatre;
  let gid: string;

  beforeAll(async () => {
    theatre = await runTheatre(await openSqlite()(), { keys: [KEY], maxBodyBytes: 2_000, maxConcurrentCalls: 3 });
  });
  afterAll(() => theatre.close());
  beforeEach(() => {
    gid = newGid();
  });

  const now = () => Math.floor(Date.now() / 1000);

  it.each([
    ['no id', { [header.id]: undefined }],
    ['no timestamp', { [header.timestamp]: undefined }],
    ['no signature', { [header.signature]: undefined }],
    ['an empty signature', { [header.signature]: '' }],
    ['a signature without a version', { [header.signature]: 'v1' }],
    ['a signature of an unknown version', { [header.signature]: 'v9,AAAA' }],
    ['a signature that is not base64', { [header.signature]: 'v1,***' }],
    ['a signature of something else', { [header.signature]: new Webhook(KEY).sign('x', new Date(), '{}') }],
    ['another gid', { [header.id]: 'someone-else/b/theatre:seat/try/1' }],
    ['another timestamp', { [header.timestamp]: String(now() + 7) }],
    ['a timestamp with a tail', { [header.timestamp]: `${now()}x` }],
    ['a timestamp that is no number', { [header.timestamp]: 'soon' }],
  ])('answers 401 to %s', async (_what, headers) => {
    expect(await theatre.call({ gid, op: 'try', headers })).toMatchObject({
      status: 401,
      body: { code: 'signature_invalid', status: 401 },
    });
    expect(await theatre.rows(gid)).toEqual([]);
  });

  it.each(['gid', 'branch', 'contract', 'op', 'attempt'])('answers 401 when the %s of the signed id was changed', async (field) => {
    const parts = { gid, branch: 'b', contract: 'theatre:seat', op: 'try', attempt: '1' };
    const changed = { ...parts, [field]: field === 'op' ? 'cancel' : field === 'attempt' ? '2' : `${parts[field as 'gid']}x` };
    const id = Object.values(changed).join('/');
    expect((await theatre.call({ gid, op: 'try', headers: { [header.id]: id } })).status).toBe(401);
  });

  it('answers 401 when the body was changed, and when another key signed it', async () => {
    const signature = (body: string, at: Date) => new Webhook(KEY).sign(`${gid}/b/theatre:seat/try/1`, at, body);
    const headers = { [header.signature]: signature('{"on":{}}', new Date()) };
    expect((await theatre.call({ gid, op: 'try', body: '{"on":{ }}', headers })).status).toBe(401);
    expect((await theatre.call({ gid, op: 'try', key: OTHER_KEY })).status).toBe(401);
  });

  it.each([
    ['old', -6],
    ['new', 6],
  ])('answers 401 to a signature that is too %s', async (_what, minutes) => {
    const at = new Date(Date.now() + minutes * 60_000);
    const headers = {
      [header.timestamp]: String(Math.floor(at.getTime() / 1000)),
      [header.signature]: new Webhook(KEY).sign(`${gid}/b/theatre:seat/try/1`, at, '{}'),
    };
    expect((await theatre.call({ gid, op: 'try', headers })).status).toBe(401);
  });

  it('accepts one right signature among several, as while a key is being replaced', async () => {
    const at = new Date();
    const id = `${gid}/b/theatre:seat/try/1`;
    const both = `${new Webhook(OTHER_KEY).sign(id, at, '{}')} ${new Webhook(KEY).sign(id, at, '{}')}`;
    expect((await theatre.call({ gid, op: 'try', headers: { [header.signature]: both } })).status).toBe(204);
  });

  it.each([
    ['another op', '/assent/theatre.seat/cancel'],
    ['another contract', '/assent/theatre.print/try'],
    ['another spelling of the contract', '/assent/Theatre.seat/try'],
  ])('answers 400 when the path names %s than the signed id', async (_what, path) => {
    expect(await theatre.call({ gid, op: 'try', path })).toMatchObject({ status: 400, body: { code: 'path_mismatch' } });
    expect(await theatre.rows(gid)).toEqual([]);
  });

  it.each([
    ['of a free URL', `x/b/-/try/1`, 'path_mismatch'],
    ['with a dot, at which the signed string could be cut elsewhere', 'x.y/b/theatre:seat/try/1', 'message_id_invalid'],
    ['with a trailing space in an id', 'x /b/theatre:seat/try/1', 'message_id_invalid'],
    ['with too few parts', 'x/b/theatre:seat/try', 'message_id_invalid'],
    ['with an attempt that is no number', 'x/b/theatre:seat/try/one', 'message_id_invalid'],
    ['with an id of 65 characters', `${'x'.repeat(65)}/b/theatre:seat/try/1`, 'message_id_invalid'],
  ])('answers 400 to a rightly signed id %s', async (_what, id, code) => {
    const headers = { [header.id]: id, [header.signature]: new Webhook(KEY).sign(id, new Date(), '{}') };
    expect(await theatre.call({ gid, op: 'try', headers })).toMatchObject({ status: 400, body: { code } });
  });

  it.each([
    ['no begin', { [header.begun]: undefined }],
    ['a begin that is no number', { [header.begun]: '2026-11-22' }],
    ['a timeout that is no number', { [header.timeoutMs]: '-1' }],
  ])('answers 400 to %s', async (_what, headers) => {
    expect(await theatre.call({ gid, op: 'try', headers })).toMatchObject({ status: 400, body: { code: 'header_invalid' } });
  });

  it.each(['', '{', '{"on":{}', 'null,', '\u{feff}{}', '['.repeat(1_900)])('answers 400 to a body that is not JSON: %j', async (body) => {
    expect(await theatre.call({ gid, op: 'try', body })).toMatchObject({ status: 400, body: { code: 'body_not_json' } });
  });

  it('answers 400 to bytes that are not UTF-8, which a signature over text could not tell apart', async () => {
    const signed = Buffer.from('{"seat":"\ufffd"}');
    const headers = { [header.signature]: new Webhook(KEY).sign(`${gid}/b/theatre:seat/try/1`, new Date(), signed) };
    const sent = Buffer.concat([Buffer.from('{"seat":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    expect(await theatre.call({ gid, op: 'try', body: sent, headers })).toMatchObject({ status: 400, body: { code: 'body_not_utf8' } });
  });

  it('verifies the bytes as they came, whatever their characters and spaces', async () => {
    const body = ' { "seat" : "Loge 7 \u2028 é e\u0301 😀 \\u00e9 ﬀ" , "on":{} }\r\n';
    expect((await theatre.call({ gid, op: 'try', body, headers: { 'content-type': 'text/whatever; charset=x' } })).status).toBe(204);
    const names = await theatre.dataSource.query<{ name: string }[]>('SELECT name FROM seat');
    expect(names.map((row) => row.name)).toContain('Loge 7 \u2028 é e\u0301 😀 é ﬀ');
  });

  it('accepts a call without a content type', async () => {
    expect((await theatre.call({ gid, op: 'try', headers: { 'content-type': undefined } })).status).toBe(204);
  });

  it('answers 413 to a body that is too large', async () => {
    const answer = await theatre.call({ gid, op: 'try', body: JSON.stringify({ seat: 'x'.repeat(2_000) }) });
    expect(answer).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
  });

  it.each(['{"__proto__":{"admin":true}}', '{"on":{"\\u005f_proto_\\u005f":{"admin":true}}}'])(
    'refuses %s, which is harmless',
    async (body) => {
      expect(await theatre.call({ gid, op: 'try', body })).toMatchObject({ status: 409, body: { code: 'payload_invalid' } });
      expect(({} as { admin?: boolean }).admin).toBeUndefined();
      expect((await theatre.call({ gid, op: 'cancel', body })).status).toBe(204);
    },
  );

  it('takes a value that only mentions __proto__ for what it is', async () => {
    expect((await theatre.call({ gid, op: 'try', payload: { seat: '__proto__' } })).status).toBe(204);
  });

  it.each([
    ['contract_unknown', 'theatre.ballet', 'try'],
    ['op_unknown', 'theatre.seat', 'action'],
    ['op_unknown', 'theatre.seat', 'seal-action'],
    ['op_unknown', 'theatre.seat', 'seal-seal-try'],
    ['op_unknown', 'theatre.seat', 'constructor'],
  ])('answers 404 %s to %s %s', async (code, contract, op) => {
    expect(await theatre.call({ gid, contract, op })).toMatchObject({ status: 404, body: { code } });
  });

  it('seals an op through the same door', async () => {
    expect(await theatre.call({ gid, op: 'seal-try' })).toMatchObject({
      status: 200,
      body: { sealed: true, op: 'try', outcome: 'by_hand' },
    });
    expect(await theatre.call({ gid, op: 'try' })).toMatchObject({ status: 409, body: { code: 'sealed' } });
    expect(await theatre.effects(gid)).toEqual([]);
  });

  it('answers 503 when it has its hands full, and says when to come back', async () => {
    const latch = new Latch();
    const gids = Array.from({ length: 3 }, newGid);
    for (const id of gids) theatre.stage.latches.set(`${id}/try`, latch);
    const before = theatre.stage.seen.length;
    const busy = gids.map((id) => theatre.call({ gid: id, op: 'try', payload: { on: { try: 'hold' } } }));
    await until('the first is in its handler', () => theatre.stage.seen.length > before);
    let turnedAway = await theatre.call({ gid, op: 'try' });
    await until('one more is turned away', async () => {
      turnedAway = await theatre.call({ gid: newGid(), op: 'cancel' });
      return turnedAway.status === 503;
    });
    latch.open();
    expect(turnedAway).toMatchObject({ status: 503, body: { code: 'overloaded' }, headers: { 'retry-after': '1' } });
    expect((await Promise.all(busy)).map((answer) => answer.status)).toEqual([204, 204, 204]);
  });

  it('refuses what is older than the barrier keeps rows', async () => {
    const begunAtMs = Date.now() - 31 * 86_400_000;
    expect(await theatre.call({ gid, op: 'try', begunAtMs })).toMatchObject({ status: 409, body: { code: 'barrier_expired' } });
  });
});
