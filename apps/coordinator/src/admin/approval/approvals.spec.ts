/** Four eyes, over a database file and a catalogue that only notes what it is asked. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OpenedStore, openTransactionStore } from '@assent/store';
import type { Principal } from '../../access/index.js';
import { ApiError } from '../../errors/index.js';
import type { ActingFor, ActionRunner, AskedAction } from './action-runner.js';
import { Approvals } from './approvals.js';

const ada: Principal = { name: 'ada', role: 'operator' };
const ben: Principal = { name: 'ben', role: 'operator' };
const asked: AskedAction = {
  gid: 'g-1',
  action: 'resolve',
  reason: 'the bank says it is done',
  version: 4,
  parameters: { branch: 'pay', outcome: 'succeeded' },
};
const inFull = { ...asked, parameters: { ...asked.parameters, op: 'confirm' } };
const HOUR_MS = 3_600_000;

class NotingRunner implements ActionRunner {
  readonly ran: (ActingFor & { readonly asked: AskedAction })[] = [];
  illegal = false;
  breaks = false;
  isAway = false;
  refuses = false;

  async preview(what: AskedAction): Promise<object> {
    if (this.illegal) throw new ApiError('not_parked', 'Nothing waits any more.');
    return { would: what.action };
  }

  async inFull(what: AskedAction): Promise<AskedAction> {
    return { ...what, parameters: { ...what.parameters, op: 'confirm' } };
  }

  async run(what: AskedAction, acting: ActingFor): Promise<object> {
    if (this.refuses) throw new ApiError('had_run', 'The participant holds try succeeded.');
    if (this.isAway) throw new ApiError('not_sealed', 'The participant could not be told.');
    if (this.breaks) throw new ApiError('outcome_unknown', 'The database is away.');
    this.ran.push({ ...acting, asked: what });
    return { did: what.action };
  }
}

let folder: string;
let opened: OpenedStore;
let nowMs: number;
/** How far the clock of this node is ahead of the database's. */
let aheadMs: number;
let runner: NotingRunner;
let approvals: Approvals;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assent-approvals-'));
  opened = await openTransactionStore({ url: `sqlite:${join(folder, 'a.sqlite')}`, leaseMs: 5_000 });
  nowMs = 1_000_000;
  aheadMs = 0;
  runner = new NotingRunner();
  approvals = new Approvals(opened.dataSource, { nowMs: () => nowMs + aheadMs, databaseMs: async () => nowMs });
  approvals.carryOutBy(runner);
  await approvals.demand('resolve', 'operator', HOUR_MS, 'root');
});
afterEach(async () => {
  await opened.store.close();
  rmSync(folder, { recursive: true, force: true });
});

const demanded = async () => {
  const demand = await approvals.demandOn(['resolve', 'force'], 'operator');
  if (demand === null) throw new Error('no rule demands a second person');
  return demand;
};
const ask = async () => approvals.request(asked, await demanded(), ada);
const auditOf = async () =>
  (await opened.store.readAudit('g-1')).map(({ principal, action, detail }) => ({ ...JSON.parse(detail), principal, action }));

it('demands a second person for the actions and roles that a rule names, and for no others', async () => {
  expect(await approvals.areDemanded(['resolve'], 'operator')).toBe(true);
  expect(await approvals.areDemanded(['resolve'], 'admin')).toBe(false);
  expect(await approvals.areDemanded(['retry'], 'operator')).toBe(false);
  expect(await approvals.areDemanded(['retry', 'force'], 'operator')).toBe(false);
  await approvals.demand('force', 'operator', HOUR_MS, 'root');
  expect(await approvals.areDemanded(['retry', 'force'], 'operator')).toBe(true);
  expect(await approvals.demandNoMore('force', 'operator', 'root', 'too slow')).toBe(true);
  expect(await approvals.areDemanded(['retry', 'force'], 'operator')).toBe(false);
});

it('keeps what was asked for although the rule that demanded it is taken away in this moment', async () => {
  const demand = await demanded();
  await approvals.demandNoMore('resolve', 'operator', 'root', 'too slow');
  const { id, requestedAtMs, expiresAtMs } = await approvals.request(asked, demand, ada);
  expect([expiresAtMs - requestedAtMs, (await approvals.show(id)).request.state]).toEqual([HOUR_MS, 'pending']);
});

it('carries out what somebody else has agreed to, and the audit has both names', async () => {
  const { id } = await ask();
  expect(runner.ran).toEqual([]);
  const approved = await approvals.approve(id, ben, 'I have seen the statement');
  expect(approved).toMatchObject({ state: 'approved', decidedBy: 'ben', outcome: '{"did":"resolve"}' });
  expect(runner.ran).toEqual([{ asked: inFull, requestedBy: ada, approvedBy: ben, idempotencyKey: id }]);
  expect(await auditOf()).toEqual([
    expect.objectContaining({ principal: 'ada', action: 'approval_requested', approval: id }),
    expect.objectContaining({ principal: 'ben', action: 'approval_granted', requestedBy: 'ada', approvedBy: 'ben' }),
  ]);
});

it('does not let whoever asked agree as well', async () => {
  const { id } = await ask();
  await expect(approvals.approve(id, ada, 'fine by me')).rejects.toMatchObject({ code: 'own_request', status: 403 });
  await expect(approvals.approve(id, { ...ada, role: 'admin' }, 'as an admin')).rejects.toMatchObject({ code: 'own_request' });
  expect(runner.ran).toEqual([]);
  expect((await auditOf()).filter(({ action }) => action === 'approval_refused')).toEqual([
    expect.objectContaining({ principal: 'ada', code: 'own_request' }),
    expect.objectContaining({ principal: 'ada', code: 'own_request' }),
  ]);
});

it('looks again at approval: what is not legal any more is not done, and stays to be rejected', async () => {
  const { id } = await ask();
  expect(await approvals.show(id)).toMatchObject({ now: { preview: { would: 'resolve' } } });
  runner.illegal = true;
  expect(await approvals.show(id)).toMatchObject({ request: { preview: '{"would":"resolve"}' }, now: { problem: { code: 'not_parked' } } });
  await expect(approvals.approve(id, ben, 'yes')).rejects.toMatchObject({ code: 'not_parked' });
  expect(await approvals.reject(id, ben, 'it has moved')).toMatchObject({ state: 'rejected' });
});

it('is decided once', async () => {
  const { id } = await ask();
  const cleo: Principal = { name: 'cleo', role: 'admin' };
  const both = await Promise.allSettled([approvals.approve(id, ben, 'yes'), approvals.approve(id, cleo, 'yes')]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(runner.ran).toHaveLength(1);
  await expect(approvals.reject(id, cleo, 'no')).rejects.toMatchObject({ code: 'approval_not_pending', status: 409 });
  const refused = (await auditOf()).filter(({ action }) => action === 'approval_refused');
  expect(refused.map(({ code }) => code)).toEqual(['approval_not_pending', 'approval_not_pending']);
});

it('expires, and then nobody can agree', async () => {
  const { id } = await ask();
  nowMs += HOUR_MS + 1;
  await expect(approvals.approve(id, ben, 'late')).rejects.toMatchObject({ code: 'approval_not_pending' });
  expect(await approvals.list('expired', '', 10)).toEqual([expect.objectContaining({ id, decidedBy: 'assent' })]);
  expect((await auditOf()).map(({ action }) => action)).toEqual(['approval_requested', 'approval_expired', 'approval_refused']);
});

it('expires by the clock of the database, however wrong that of the node is which is asked', async () => {
  const early = await ask();
  aheadMs = 9 * HOUR_MS;
  const late = await ask();
  expect((await approvals.list('pending', '', 10)).map(({ id }) => id)).toEqual([early.id, late.id]);
  aheadMs = -9 * HOUR_MS;
  nowMs += HOUR_MS + 1;
  expect((await approvals.list('expired', '', 10)).map(({ id }) => id)).toEqual([early.id, late.id]);
});

it('expires whether or not anybody has looked before: it is listed so, and cannot be rejected either', async () => {
  const listed = await ask();
  nowMs += HOUR_MS + 1;
  expect(await approvals.list('expired', '', 10)).toEqual([expect.objectContaining({ id: listed.id })]);
  const rejected = await ask();
  nowMs += HOUR_MS + 1;
  await expect(approvals.reject(rejected.id, ben, 'late')).rejects.toMatchObject({ code: 'approval_not_pending' });
});

it('is refused while a thousand wait, and leaves nothing but word of that', async () => {
  for (let i = 0; i < 1_000; i += 1) await ask();
  await expect(ask()).rejects.toMatchObject({ code: 'too_many_approvals' });
  expect(await opened.dataSource.query('SELECT COUNT(*) AS waiting FROM approval_request')).toEqual([{ waiting: 1_000 }]);
  expect((await auditOf()).at(-1)).toMatchObject({ principal: 'ada', action: 'resolve', outcome: 'refused', code: 'too_many_approvals' });
});

it('is shown without what it would do now only when that is known not to be legal', async () => {
  const { id } = await ask();
  runner.preview = () => Promise.reject(new Error('a fault of the runner'));
  await expect(approvals.show(id)).rejects.toThrow('a fault of the runner');
});

it('expires even where more are overdue than one look clears away', async () => {
  for (let n = 0; n < 120; n += 1) await ask();
  const { id } = await ask();
  nowMs += HOUR_MS + 1;
  await expect(approvals.approve(id, ben, 'late')).rejects.toMatchObject({ code: 'approval_not_pending' });
  await expect(approvals.reject(id, ben, 'late')).rejects.toMatchObject({ code: 'approval_not_pending' });
  expect(runner.ran).toEqual([]);
});

it('shows what came of it when the action was refused, and is not asked again', async () => {
  const { id } = await ask();
  runner.refuses = true;
  await expect(approvals.approve(id, ben, 'yes')).rejects.toMatchObject({ code: 'had_run' });
  const { request } = await approvals.show(id);
  expect([request.state, JSON.parse(request.outcome ?? '')]).toEqual([
    'approved',
    { action: 'resolve', outcome: 'refused', code: 'had_run', detail: 'The participant holds try succeeded.' },
  ]);
  await expect(approvals.approve(id, ben, 'again')).rejects.toMatchObject({ code: 'approval_not_pending' });
});

it('keeps what was asked for in full, so that it does not come to mean something else while it waits', async () => {
  const { id } = await ask();
  await approvals.approve(id, ben, 'yes');
  expect(runner.ran[0]?.asked.parameters).toEqual({ ...asked.parameters, op: 'confirm' });
});

it('may be approved again by the same person when it was not carried out, with the same key', async () => {
  const { id } = await ask();
  runner.breaks = true;
  await expect(approvals.approve(id, ben, 'yes')).rejects.toMatchObject({ code: 'outcome_unknown' });
  runner.breaks = false;
  expect(await approvals.approve(id, ben, 'again')).toMatchObject({ outcome: '{"did":"resolve"}' });
  expect(runner.ran.map(({ idempotencyKey }) => idempotencyKey)).toEqual([id]);
});

it('may be approved again when the participant could not be told: once it can, the same agreement holds', async () => {
  const { id } = await ask();
  runner.isAway = true;
  await expect(approvals.approve(id, ben, 'yes')).rejects.toMatchObject({ code: 'not_sealed' });
  expect((await approvals.show(id)).request).toMatchObject({ state: 'approved', outcome: null });
  runner.isAway = false;
  expect(await approvals.approve(id, ben, 'again')).toMatchObject({ outcome: '{"did":"resolve"}' });
});

it('forgets a request three months after it was decided, but not one that waits', async () => {
  const decided = await ask();
  await approvals.reject(decided.id, ben, 'no');
  nowMs += 7_776_000_000;
  const waiting = await ask();
  nowMs += 1;
  expect((await approvals.list(null, '', 10)).map(({ id }) => id)).toEqual([waiting.id]);
});

it('refuses what is not legal in the first place', async () => {
  runner.illegal = true;
  await expect(ask()).rejects.toMatchObject({ code: 'not_parked' });
  expect(await approvals.list(null, '', 10)).toEqual([]);
  expect(await auditOf()).toEqual([
    expect.objectContaining({ principal: 'ada', action: 'resolve', outcome: 'refused', code: 'not_parked' }),
  ]);
});
