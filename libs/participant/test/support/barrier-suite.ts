/** What holds for a branch behind the barrier, whatever its calls travel by. */
import { BusinessRejection } from '../../src/index.js';
import type { OpenDatabase } from './data-sources.js';
import { Latch, until } from './latch.js';
import { newGid, type RunningTheatre } from './running-theatre.js';
import { recordEffect } from './theatre.js';

/** Answers are judged by their status of HTTP; `busy` is what stands for a call that runs already. */
export interface Wire {
  start(open: OpenDatabase): Promise<RunningTheatre>;
  readonly busy: object;
}

export function barrierSuite(open: OpenDatabase, { start, busy }: Wire): void {
  let theatre: RunningTheatre;
  let gid: string;

  beforeAll(async () => {
    theatre = await start(open);
  });
  afterAll(() => theatre.close());
  beforeEach(() => {
    gid = newGid();
  });

  const call = (op: string, on: Record<string, string> = {}, more: object = {}) => theatre.call({ gid, op, payload: { on }, ...more });

  it('takes effect once, however often the try is delivered', async () => {
    const statuses = [await call('try'), await call('try'), await call('try')].map((answer) => answer.status);
    expect(statuses).toEqual([204, 204, 204]);
    expect(await theatre.effects(gid)).toEqual(['try']);
  });

  it('answers a repeat with the result that was kept, not with a new one', async () => {
    const first = await call('try', { try: 'result' });
    const second = await call('try', { try: 'result' }, { attempt: 2 });
    expect(first).toMatchObject({ status: 200, body: { ticket: `ticket of ${gid}`, attempt: 1 } });
    expect(second.body).toEqual(first.body);
  });

  it('confirms and cancels once after a try', async () => {
    await call('try');
    expect([(await call('confirm')).status, (await call('confirm')).status]).toEqual([204, 204]);
    expect(await call('cancel')).toMatchObject({ status: 409, body: { code: 'already_committed' } });
    expect(await theatre.effects(gid)).toEqual(['try', 'confirm']);

    gid = newGid();
    await call('try');
    expect([(await call('cancel')).status, (await call('cancel')).status]).toEqual([204, 204]);
    expect(await call('confirm')).toMatchObject({ status: 409, body: { code: 'already_rolled_back' } });
    expect(await theatre.effects(gid)).toEqual(['try', 'cancel']);
  });

  it('says not_prepared to a confirm without a try, and keeps nothing of it', async () => {
    expect(await call('confirm')).toMatchObject({ status: 409, body: { code: 'not_prepared' } });
    expect(await theatre.rows(gid)).toEqual([]);
    expect((await call('try')).status).toBe(204);
    expect((await call('confirm')).status).toBe(204);
  });

  it('absorbs a cancel that comes before its try, and refuses the late try', async () => {
    expect((await call('cancel')).status).toBe(204);
    expect(await call('try')).toMatchObject({ status: 409, body: { code: 'rolled_back' } });
    expect((await call('cancel')).status).toBe(204);
    expect(await theatre.effects(gid)).toEqual([]);
    expect(await theatre.rows(gid)).toEqual(['1 cancel succeeded', '2 cancel succeeded']);
  });

  it('keeps a refusal, so that a late duplicate cannot take effect', async () => {
    const refused = await call('try', { try: 'write and refuse' });
    expect(refused).toMatchObject({ status: 409, body: { status: 409, code: 'SOLD_OUT', message: 'changed my mind' } });
    expect(refused.headers['content-type']).toMatch('application/problem+json');
    expect((await call('try')).body).toEqual(refused.body);
    expect((await call('cancel')).status).toBe(204);
    expect(await theatre.effects(gid)).toEqual([]);
    expect(await theatre.rows(gid)).toEqual(['1 try rejected', '2 cancel succeeded']);
  });

  it('keeps the refusal of a payload that does not fit the contract', async () => {
    const refused = await theatre.call({ gid, op: 'try', payload: { seat: '' } });
    expect(refused).toMatchObject({ status: 409, body: { code: 'payload_invalid' } });
    expect(refused.body.message).toMatch(/^\/seat: /);
    expect((await call('try')).body).toEqual(refused.body);
    expect((await theatre.call({ gid, op: 'cancel', payload: { seat: '' } })).status).toBe(204);
  });

  it('answers 202 while a try is pending, and its result once the service has completed it', async () => {
    const pending = await call('try', { try: 'pending' });
    expect(pending.status).toBe(202);
    expect(pending.headers['retry-after']).toBe('2');
    expect((await call('try')).status).toBe(202);
    expect(await call('confirm')).toMatchObject({ status: 409, body: { code: 'not_prepared' } });
    const ended = await theatre.barrier.complete(gid, 'b', async (manager) => {
      await recordEffect(manager, gid, 'b', 'later');
      return { seat: 7 };
    });
    expect(ended).toBe('ended');
    expect(await call('try')).toMatchObject({ status: 200, body: { seat: 7 } });
    expect((await call('confirm')).status).toBe(204);
    expect(await theatre.effects(gid)).toEqual(['try', 'later', 'confirm']);
  });

  it('keeps the refusal with which a pending try was ended', async () => {
    await call('try', { try: 'pending' });
    expect(await theatre.barrier.reject(gid, 'b', new BusinessRejection('SOLD_OUT', 'too late'))).toBe('ended');
    expect(await call('try')).toMatchObject({ status: 409, body: { code: 'SOLD_OUT', message: 'too late' } });
    expect(await theatre.barrier.complete(gid, 'b')).toBe('already_ended');
  });

  it('undoes a pending try, and drops the work that wanted to complete it afterwards', async () => {
    await call('try', { try: 'pending' });
    expect((await call('cancel')).status).toBe(204);
    expect(theatre.stage.seen.at(-1)).toMatchObject({ op: 'cancel', forward: 'pending' });
    const work = jest.fn(async () => undefined);
    expect(await theatre.barrier.complete(gid, 'b', work)).toBe('already_ended');
    expect(work).not.toHaveBeenCalled();
    expect(await theatre.effects(gid)).toEqual(['try', 'cancel']);
  });

  it('lets a cancel wait until the pending work has stopped', async () => {
    await call('try', { try: 'pending' });
    expect((await call('cancel', { cancel: 'pending' })).status).toBe(202);
    expect(await theatre.rows(gid)).toEqual(['1 try pending']);
    expect((await call('cancel')).status).toBe(204);
    expect(await theatre.effects(gid)).toEqual(['try', 'cancel']);
  });

  it('rolls the work of complete back when it throws, and stays pending', async () => {
    await call('try', { try: 'pending' });
    const broken = theatre.barrier.complete(gid, 'b', async (manager) => {
      await recordEffect(manager, gid, 'b', 'later');
      throw new Error('printer on fire');
    });
    await expect(broken).rejects.toThrow('printer on fire');
    expect((await call('try')).status).toBe(202);
    expect(await theatre.effects(gid)).toEqual(['try']);
  });

  it('does not keep the refusal of a confirm, so that a retry after repair succeeds', async () => {
    await call('try');
    expect(await call('confirm', { confirm: 'write and refuse' })).toMatchObject({ status: 409, body: { code: 'SOLD_OUT' } });
    expect(await theatre.effects(gid)).toEqual(['try']);
    expect((await call('confirm')).status).toBe(204);
  });

  it('lets only one of a confirm and a cancel that race take effect', async () => {
    for (let round = 0; round < 15; round += 1) {
      gid = newGid();
      await call('try');
      const answers = await Promise.all([call('confirm'), call('cancel'), call('confirm'), call('cancel')]);
      const effects = await theatre.effects(gid);
      expect(effects).toHaveLength(2);
      const loser = effects.includes('confirm') ? 'already_committed' : 'already_rolled_back';
      for (const { status, body } of answers) {
        expect([204, 409, 425, 202]).toContain(status);
        if (status === 409) expect(body.code).toBe(loser);
      }
    }
  });

  it('answers that it is busy at once to a call that runs already in this process', async () => {
    const latch = new Latch();
    theatre.stage.latches.set(`${gid}/try`, latch);
    const first = call('try', { try: 'hold' });
    await until('the try is in its handler', () => theatre.stage.seen.some((seen) => seen.gid === gid));
    const askedAt = performance.now();
    const second = await call('try', { try: 'hold' });
    // At once: long before the two seconds for which it would wait for the lock of the first.
    expect(performance.now() - askedAt).toBeLessThan(1_000);
    latch.open();
    expect(second).toMatchObject(busy);
    expect((await first).status).toBe(204);
    expect(await theatre.effects(gid)).toEqual(['try']);
  });

  it('answers that it is busy to a cancel that cannot get behind a running try in time', async () => {
    const latch = new Latch();
    theatre.stage.latches.set(`${gid}/try`, latch);
    const running = call('try', { try: 'hold' });
    await until('the try is in its handler', () => theatre.stage.seen.some((seen) => seen.gid === gid));
    const cancel = await call('cancel');
    latch.open();
    expect(cancel).toMatchObject(busy);
    expect((await running).status).toBe(204);
    expect((await call('cancel')).status).toBe(204);
    expect(await theatre.effects(gid)).toEqual(['try', 'cancel']);
  });

  it('survives 300 racing duplicate cancels without a deadlock, and undoes once', async () => {
    const empty = newGid();
    await call('try');
    const cancels = await Promise.all(
      Array.from({ length: 300 }, (_, n) => theatre.call({ gid: n % 2 === 0 ? gid : empty, op: 'cancel', attempt: n + 1 })),
    );
    const statuses = new Set(cancels.map((answer) => answer.status));
    expect([...statuses].filter((status) => ![202, 204, 425].includes(status))).toEqual([]);
    expect(await theatre.effects(gid)).toEqual(['try', 'cancel']);
    expect(await theatre.effects(empty)).toEqual([]);
    expect((await call('cancel')).status).toBe(204);
  });

  it('tells ids apart that differ only in case', async () => {
    const lower = `${gid}-a`;
    const upper = `${gid}-A`;
    for (const id of [lower, upper]) expect((await theatre.call({ gid: id, op: 'try' })).status).toBe(204);
    expect((await theatre.call({ gid: lower, op: 'cancel' })).status).toBe(204);
    expect((await theatre.call({ gid: upper, op: 'confirm' })).status).toBe(204);
    expect((await theatre.call({ gid, branch: 'B', op: 'try' })).status).toBe(204);
    expect(await theatre.rows(gid)).toEqual(['1 try succeeded']);
  });

  it('answers 500 to a handler that broke, keeps nothing, and shows neither SQL nor stack', async () => {
    const broken = await call('try', { try: 'fail' });
    expect(broken).toMatchObject({ status: 500, body: { code: 'internal' } });
    expect(JSON.stringify(broken.body)).not.toMatch(/SELECT|wallet|\.ts|at /);
    expect(await theatre.rows(gid)).toEqual([]);
    expect((await call('try')).status).toBe(204);
  });

  it('answers 500 after a unique violation inside the work, and has rolled everything back', async () => {
    const seat = `seat ${gid}`;
    expect((await theatre.call({ gid, op: 'try', payload: { seat } })).status).toBe(204);
    const other = newGid();
    expect((await theatre.call({ gid: other, op: 'try', payload: { seat } })).status).toBe(500);
    expect(await theatre.rows(other)).toEqual([]);
    expect(await theatre.effects(other)).toEqual([]);
  });

  it('answers 500 to a result that is too large to keep, and has rolled everything back', async () => {
    expect((await call('try', { try: 'too large' })).status).toBe(500);
    expect(await theatre.rows(gid)).toEqual([]);
    expect(await theatre.effects(gid)).toEqual([]);
  });

  it('runs the action of a saga step behind a pivot as deliver, once, and keeps no refusal', async () => {
    const step = { contract: 'theatre.print' };
    expect(await call('deliver', { deliver: 'refuse' }, step)).toMatchObject({ status: 409, body: { code: 'SOLD_OUT' } });
    expect(await theatre.rows(gid)).toEqual([]);
    expect((await call('deliver', { deliver: 'result' }, step)).body).toEqual({ ticket: `ticket of ${gid}`, attempt: 1 });
    expect((await call('deliver', { deliver: 'result' }, { ...step, attempt: 2 })).body).toEqual({
      ticket: `ticket of ${gid}`,
      attempt: 1,
    });
    expect(await theatre.rows(gid)).toEqual(['2 deliver succeeded']);
    expect(await call('compensate', {}, step)).toMatchObject({ status: 409, body: { code: 'already_committed' } });
    expect(await theatre.effects(gid)).toEqual(['deliver']);
  });

  it('compensates a saga step once, and refuses the action that arrives late', async () => {
    const step = { contract: 'theatre.print' };
    await call('action', {}, step);
    expect([(await call('compensate', {}, step)).status, (await call('compensate', {}, step)).status]).toEqual([204, 204]);
    expect(await theatre.effects(gid)).toEqual(['action', 'compensate']);
    gid = newGid();
    await call('compensate', {}, step);
    expect(await call('action', {}, step)).toMatchObject({ status: 409, body: { code: 'rolled_back' } });
  });

  it('absorbs the compensation of a step without an undo, and of a pivot that refused, but not of one that took effect', async () => {
    const pivot = { contract: 'theatre.curtain' };
    await call('action', { action: 'refuse' }, pivot);
    expect((await call('compensate', {}, pivot)).status).toBe(204);
    gid = newGid();
    await call('action', {}, pivot);
    expect(await call('compensate', {}, pivot)).toMatchObject({ status: 409, body: { code: 'pivot_not_undone' } });
    gid = newGid();
    await call('action', {}, { contract: 'theatre.applause' });
    expect((await call('compensate', {}, { contract: 'theatre.applause' })).status).toBe(204);
    expect(await theatre.effects(gid)).toEqual(['action']);
  });

  it('tells a handler what it needs to know', async () => {
    const begunAtMs = Date.now() - 5_000;
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await call('try', {}, { attempt: 3, begunAtMs, headers: { traceparent } });
    const seen = theatre.stage.seen.at(-1);
    expect(seen).toMatchObject({ gid, branch: 'b', contract: 'theatre.seat', op: 'try', attempt: 3, traceparent, forward: 'none' });
    expect(seen?.begunAt.getTime()).toBe(begunAtMs);
    expect(seen?.remainingMs()).toBeGreaterThan(0);
    expect(seen?.remainingMs()).toBeLessThanOrEqual(3_000);
    await call('cancel');
    expect(theatre.stage.seen.at(-1)).toMatchObject({ op: 'cancel', forward: 'succeeded', traceparent: undefined });
  });

  it('keeps two interleaved branches and a plain write between them apart when one branch is refused', async () => {
    const other = newGid();
    const plain = newGid();
    const latches = [gid, other].map((id) => {
      const latch = new Latch();
      theatre.stage.latches.set(`${id}/try`, latch);
      return latch;
    });
    const refused = theatre.call({ gid, op: 'try', payload: { seat: `seat ${gid}`, on: { try: 'hold and refuse' } } });
    await until('the first is in its handler', () => theatre.stage.seen.some((seen) => seen.gid === gid));
    const kept = theatre.call({ gid: other, op: 'try', payload: { seat: `seat ${other}`, on: { try: 'hold' } } });
    const written = theatre.dataSource.query('INSERT INTO effect (gid, branch, op) VALUES (?, ?, ?)', [plain, 'b', 'plain']);
    for (const latch of latches) latch.open();
    expect((await refused).body.code).toBe('SOLD_OUT');
    expect((await kept).status).toBe(204);
    await written;
    const seats = await theatre.dataSource.query<{ name: string }[]>('SELECT name FROM seat WHERE name IN (?, ?)', [
      `seat ${gid}`,
      `seat ${other}`,
    ]);
    expect(seats).toEqual([{ name: `seat ${other}` }]);
    expect(await theatre.rows(gid)).toEqual(['1 try rejected']);
    expect([await theatre.effects(other), await theatre.effects(plain)]).toEqual([['try'], ['plain']]);
  });

  it('never lets calls that come at once share a local transaction', async () => {
    const gids = Array.from({ length: 40 }, newGid);
    const answers = await Promise.all(
      gids.map((id, n) => theatre.call({ gid: id, op: 'try', payload: { on: { try: ['write and refuse', 'fail', 'result'][n % 3] } } })),
    );
    expect(answers.map((answer) => answer.status)).toEqual(gids.map((_, n) => [409, 500, 200][n % 3]));
    const effects = await Promise.all(gids.map((id) => theatre.effects(id)));
    expect(effects).toEqual(gids.map((_, n) => (n % 3 === 2 ? ['try'] : [])));
  });
}
