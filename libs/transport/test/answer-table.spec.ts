/** Every row of the table in DESIGN section 5, over a real connection. */
import type { Outcome } from '@assent/protocol';
import { aCall, always, anInvoker, outcomeIn } from './callers.js';
import { answer, type Script, ScriptedServer } from './scripted-server.js';

const problem = (body: object) => JSON.stringify(body);
const inOneMinute = { date: 'Wed, 21 Oct 2015 07:28:00 GMT', 'retry-after': 'Wed, 21 Oct 2015 07:29:00 GMT' };

const rows: readonly (readonly [what: string, script: Script, outcome: Outcome])[] = [
  ['200 with a JSON body has succeeded with it', answer(200, '{"id":7}'), { kind: 'succeeded', result: '{"id":7}' }],
  ['the text of a result is kept as it came', answer(200, '{"n":1.0}\n'), { kind: 'succeeded', result: '{"n":1.0}' }],
  ['201 has succeeded', answer(201, '[1]'), { kind: 'succeeded', result: '[1]' }],
  ['204 has succeeded', answer(204), { kind: 'succeeded' }],
  ['200 with nothing has no result', answer(200), { kind: 'succeeded' }],
  ['200 with an empty object has no result', answer(200, ' { } '), { kind: 'succeeded' }],
  ['200 with null has no result', answer(200, 'null'), { kind: 'succeeded' }],
  ['200 with HTML stays a success', answer(200, '<h1>ok</h1>'), { kind: 'succeeded' }],
  ['200 with a result too deep to show stays a success', answer(200, '['.repeat(65) + ']'.repeat(65)), { kind: 'succeeded' }],
  [
    '200 with brackets in strings is not deep',
    answer(200, `["${'['.repeat(99)}\\"{"]`),
    { kind: 'succeeded', result: `["${'['.repeat(99)}\\"{"]` },
  ],
  ['200 with a body too large stays a success', answer(200, `"${'x'.repeat(70_000)}"`), { kind: 'succeeded' }],
  ['203 is not in the table', answer(203, '{}'), { kind: 'unknown', code: 'http_203', message: 'answered 203' }],
  [
    '409 with code and message is a refusal',
    answer(409, problem({ status: 409, code: 'OUT_OF_STOCK', message: 'tea is sold out', detail: 'other' })),
    { kind: 'rejected', refusal: { code: 'OUT_OF_STOCK', message: 'tea is sold out' } },
  ],
  [
    'detail stands in for a missing message',
    answer(409, problem({ title: 'No', code: 'SOLD', detail: 'sold out' }), { 'content-type': 'application/problem+json' }),
    { kind: 'rejected', refusal: { code: 'SOLD', message: 'sold out' } },
  ],
  ['a code alone is a refusal', answer(409, problem({ code: 'NO' })), { kind: 'rejected', refusal: { code: 'NO', message: '' } }],
  [
    'codes and messages are single lines that fit a row',
    answer(409, problem({ code: `A\n${'B'.repeat(90)}`, message: `${'m'.repeat(600)}` })),
    { kind: 'rejected', refusal: { code: `A ${'B'.repeat(62)}`, message: 'm'.repeat(500) } },
  ],
  ['202 is pending', answer(202, '{}'), { kind: 'pending' }],
  ['425 is pending', answer(425), { kind: 'pending' }],
  ['202 may say when to ask again', answer(202, '', { 'retry-after': '7' }), { kind: 'pending', retryAfterMs: 7_000 }],
  ['a date counts from the date of the answer', answer(425, '', inOneMinute), { kind: 'pending', retryAfterMs: 60_000 }],
  ['asking again at once is not a busy loop', answer(202, '', { 'retry-after': '0' }), { kind: 'pending', retryAfterMs: 100 }],
  ['a wait of a day is clamped', answer(202, '', { 'retry-after': '86400' }), { kind: 'pending', retryAfterMs: 300_000 }],
  ['an unreadable wait is none', answer(202, '', { 'retry-after': '-5' }), { kind: 'pending' }],
  [
    '429 with Retry-After is not repeated before',
    answer(429, '', { 'retry-after': '3' }),
    { kind: 'unknown', code: 'http_429', message: 'answered 429', retryAfterMs: 3_000 },
  ],
  [
    '503 with Retry-After is not repeated before',
    answer(503, problem({ code: 'busy', detail: 'come back' }), { 'retry-after': '999999' }),
    { kind: 'unknown', code: 'http_503', message: 'answered 503: busy come back', retryAfterMs: 300_000 },
  ],
  ['503 without it is unknown', answer(503), { kind: 'unknown', code: 'http_503', message: 'answered 503' }],
  [
    '500 does not listen to Retry-After',
    answer(500, '', { 'retry-after': '3' }),
    { kind: 'unknown', code: 'http_500', message: 'answered 500' },
  ],
  ['404 is unknown', answer(404, 'nothing here'), { kind: 'unknown', code: 'http_404', message: 'answered 404' }],
];

describe('what an answer says about a call', () => {
  let server: ScriptedServer;
  beforeAll(async () => {
    server = await ScriptedServer.start();
  });
  afterAll(() => server.stop());

  it.each(rows)('%s', async (_what, script, outcome) => {
    server.script = script;
    const invoker = anInvoker(server.origin);
    const end = await invoker.invoke(aCall(), always);
    await invoker.close(0);
    expect(outcomeIn(end)).toEqual(outcome);
  });

  it.each([
    ['an empty 409', ''],
    ['the page of a proxy', '<html>Conflict</html>'],
    ["a framework's default", problem({ statusCode: 409, message: 'Conflict', error: 'Conflict' })],
    ['a number for a code', problem({ code: 409, message: 'Conflict' })],
    ['a blank code', problem({ code: ' \n ' })],
    ['a list', '[{"code":"NO"}]'],
  ])('%s is not taken for the promise that it never will', async (_what, body) => {
    server.script = answer(409, body);
    const invoker = anInvoker(server.origin);
    const outcome = outcomeIn(await invoker.invoke(aCall(), always));
    await invoker.close(0);
    expect(outcome).toMatchObject({ kind: 'unknown', code: 'malformed_refusal' });
  });

  it('a 409 whose body is too large to read is unknown, because its code cannot be known', async () => {
    server.script = answer(409, problem({ code: 'NO', message: 'x'.repeat(70_000) }));
    const invoker = anInvoker(server.origin);
    const outcome = outcomeIn(await invoker.invoke(aCall(), always));
    await invoker.close(0);
    expect(outcome).toMatchObject({ kind: 'unknown', code: 'body_too_large' });
  });

  it.each([301, 302, 303, 307, 308])('a redirect by %i is never followed', async (status) => {
    server.script = answer(status, '', { location: `${server.origin}/elsewhere` });
    const before = server.calls.length;
    const invoker = anInvoker(server.origin);
    const outcome = outcomeIn(await invoker.invoke(aCall(), always));
    await invoker.close(0);
    expect([outcome, server.calls.length - before]).toEqual([expect.objectContaining({ kind: 'unknown', code: 'redirect' }), 1]);
  });

  it('an informational answer before the one that counts is passed over', async () => {
    server.script = (response, { socket }) => {
      socket.write('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n');
      response.writeHead(201).end('{"id":1}');
    };
    const invoker = anInvoker(server.origin);
    const outcome = outcomeIn(await invoker.invoke(aCall(), always));
    await invoker.close(0);
    expect(outcome).toEqual({ kind: 'succeeded', result: '{"id":1}' });
  });
});
