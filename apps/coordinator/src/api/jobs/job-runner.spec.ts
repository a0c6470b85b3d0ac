/** A job that retries what is held back: it waits for the participant, and then says of each transaction why nothing was done. */
import { type Attention } from '@assent/protocol';
import { Duties, type Job, JobTable, type OpenedStore } from '@assent/store';
import { describeEveryDatabase } from '../../../../../test/contract/support/opened.js';
import { anAudit } from '../../../../../test/contract/support/rows.js';
import { until } from '../../../../../test/e2e/support/coordinators.js';
import type { ActionDesk } from '../actions/action-desk.js';
import type { Operations } from '../operations.js';
import { JobRunner } from './job-runner.js';

const held: Attention = { branch: 'a', kind: 'waiting', code: 'breaker_open', participant: 'payment', sinceMs: 1 };
const job: Job = {
  ...{ id: 'j', action: 'retry', request: '{"query":{},"parameters":{}}', reason: 'it is back', principal: 'ada', role: 'operator' },
  ...{ state: 'collecting', cause: '', perSecond: 1_000, total: 0, position: null, createdAtMs: 1, finishedAtMs: null },
};

/** A runner whose transactions are held back while `attention` says so, and of which every retry that is asked for is done. */
function aRunner({ dataSource, store }: OpenedStore, attention: ReadonlyMap<string, readonly Attention[]>, patienceMs: number) {
  const asked: string[] = [];
  const seen = { looks: 0 };
  const desk = {
    carryOut: async (_id: string, { gid }: { readonly gid: string }) => {
      asked.push(gid);
      return { status: 200, body: { outcome: 'done' } };
    },
  } as unknown as ActionDesk;
  const operations = {
    jobs: () => new JobTable(dataSource),
    duties: () => new Duties(dataSource),
    history: () => store,
    search: () => ({
      attentionOf: async () => {
        seen.looks += 1;
        return attention;
      },
    }),
  } as unknown as Operations;
  const runner = new JobRunner(operations, desk, { error: (fields) => console.error(fields) }, patienceMs);
  return { runner, asked, seen };
}

describeEveryDatabase('a job that retries what is held back', (opened) => {
  let jobs: JobTable;
  beforeEach(async () => {
    jobs = new JobTable(opened().dataSource);
    await jobs.create(job, anAudit(''));
    const items = Array.from({ length: 7 }, (_, index) => ({ gid: `g-${index}`, deed: `d-${index}` }));
    await jobs.collect(job, items, null);
    await jobs.move('j', ['collecting'], { state: 'canary' });
  });

  const stateOf = async () => (await jobs.find('j'))?.state;

  it('waits until its participant is called again', async () => {
    const attention = new Map([['g-0', [held]]]);
    const { runner, asked, seen } = aRunner(opened(), attention, 60_000);
    runner.start();
    await until('it has looked', () => seen.looks > 2);
    expect([await jobs.counts('j'), asked]).toEqual([{ pending: 7 }, []]);
    attention.clear();
    await until('it has finished', async () => (await stateOf()) === 'finished');
    await runner.stop();
    expect(asked).toHaveLength(7);
    expect(await jobs.counts('j')).toEqual({ done: 7 });
  });

  it('holds up no other job meanwhile', async () => {
    const attention = new Map([['g-0', [held]]]);
    await jobs.create({ ...job, id: 'k' }, anAudit(''));
    await jobs.collect({ ...job, id: 'k' }, [{ gid: 'other', deed: 'd-other' }], null);
    await jobs.move('k', ['collecting'], { state: 'canary' });
    const { runner, asked } = aRunner(opened(), attention, 60_000);
    runner.start();
    await until('the other has finished', async () => (await jobs.find('k'))?.state === 'finished');
    await runner.stop();
    expect([asked, await stateOf()]).toEqual([['other'], 'canary']);
  });

  it('asks nothing of them, and stops with the reason when it has waited for long enough', async () => {
    const attention = new Map([['g-0', [held]]]);
    const { runner, asked } = aRunner(opened(), attention, 300);
    runner.start();
    await until('it has stopped', async () => (await stateOf()) === 'stopped');
    await runner.stop();
    expect((await jobs.find('j'))?.cause).toBe('canary_failed: g-0: breaker_open');
    expect(await jobs.items('j', 'failed', 0, 9)).toMatchObject([{ gid: 'g-0', code: 'breaker_open' }]);
    expect(asked).toEqual([]);
  });
});
