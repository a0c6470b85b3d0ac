/** SQLite has one connection for all of administration: what one does there must not be undone by the failure of another. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IdempotencyKeys, JobTable, type OpenedStore, openTransactionStore, SqlRegistryStore } from '../index.js';
import { inTransaction } from './index.js';

let folder: string;
let opened: OpenedStore;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assent-turns-'));
  opened = await openTransactionStore({ url: `sqlite:${join(folder, 'a.sqlite')}`, leaseMs: 5_000 });
});
afterEach(async () => {
  await opened.store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What `work` writes while another transaction is open, which then fails. */
async function besideOneThatFails<Result>(work: () => Promise<Result>): Promise<Result> {
  let fail: () => void = () => undefined;
  const failure = new Promise<never>((_resolve, reject) => {
    fail = () => reject(new Error('refused after all'));
  });
  let other: Promise<unknown> = Promise.resolve();
  await new Promise<void>((open) => {
    other = inTransaction(opened.dataSource, async (manager) => {
      await manager.query("INSERT INTO shared_secret (name, value) VALUES ('half', 'done')");
      open();
      await failure;
    }).catch(() => undefined);
  });
  const result = work();
  setImmediate(fail);
  await other;
  return result;
}

const audit = { id: 'a-1', gid: '', atMs: 1, principal: 'ada', action: 'job-create', reason: 'why', detail: '{}' };

it('An order about a participant stands, with its row of the audit', async () => {
  await besideOneThatFails(() => opened.participants.order({ kind: 'pause', participant: 'bank', by: 'ada', reason: 'repair', atMs: 1 }));
  expect(await opened.participants.readControls()).toMatchObject([{ name: 'bank', pause: { by: 'ada' } }]);
  expect(await opened.dataSource.query('SELECT principal, action FROM audit_log')).toEqual([
    { principal: 'ada', action: 'participant_pause' },
  ]);
});

it('A request stays known under its key, with its answer', async () => {
  const keys = new IdempotencyKeys(opened.dataSource);
  const claim = { principal: 'ada', name: 'key-1', hash: 'h', deed: 'd-1', createdAtMs: 1 };
  expect(await besideOneThatFails(() => keys.claim(claim))).toBeNull();
  await besideOneThatFails(() => keys.answer(claim, '{}'));
  expect(await keys.claim(claim)).toMatchObject({ deed: 'd-1', answer: '{}' });
});

it('A job that has ended stays ended', async () => {
  const jobs = new JobTable(opened.dataSource);
  const job = { id: 'j-1', action: 'retry', reason: 'why', perSecond: 10, request: '{}', principal: 'ada', role: 'operator', cause: '' };
  await jobs.create({ ...job, state: 'running', total: 0, position: null, canaryEnd: null, createdAtMs: 1, finishedAtMs: null }, audit);
  expect(await besideOneThatFails(() => jobs.move('j-1', ['running'], { state: 'finished', finishedAtMs: 2 }))).toBe(true);
  expect(await jobs.find('j-1')).toMatchObject({ state: 'finished' });
});

it('An announcement that was heard is not heard a second time', async () => {
  const registry = new SqlRegistryStore(opened.dataSource);
  const said = { participant: 'bank', instance: 'i-1', saidAt: 1, fingerprint: 'f'.repeat(64) };
  expect(await besideOneThatFails(() => registry.hear(said))).toBe('first');
  expect(await registry.hear(said)).toBe('repeated');
});
