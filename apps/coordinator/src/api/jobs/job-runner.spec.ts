/** How a job goes on: what is held back it waits for, how fast it is, and what it learns of what other nodes were asked to do. */
import { type Attention } from '@assent/protocol';
import { Duties, type Job, JobTable, type OpenedStore } from '@assent/store';
import { describeEveryDatabase } from '../../../../../test/contract/support/opened.js';
import { anAudit } from '../../../../../test/contract/support/rows.js';
import { until } from '../../../../../test/e2e/support/coordinators.js';
import { ApiError } from '../../errors/index.js';
import type { ActionDesk } from '../actions/action-desk.js';
import type { Operations } from '../operations.js';
import { JobRunner, MOST_ITEMS } from './job-runner.js';

const held: Attention = { branch: 'a', kind: 'waiting', code: 'breaker_open', participant: 'payment', sinceMs: 1 };
const job: Job = {
  ...{ id: 'j', action: 'retry', request: '{"query":{},"parameters":{}}', reason: 'it is back', principal: 'ada', role: 'operator' },
  ...{ state: 'collecting', cause: '', perSecond: 1_000, total: 0, position: null, canaryEnd: null, createdAtMs: 1, finishedAtMs: null },
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
    await jobs.collect(job, items, {});
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
    await jobs.collect({ ...job, id: 'k' }, [{ gid: 'other', deed: 'd-other' }], {});
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

describeEveryDatabase('a job', (opened) => {
  let jobs: JobTable;

  /** Seven transactions of a job in this state. */
  async function begun(state: 'canary' | 'running', changes: Partial<Job> = {}): Promise<void> {
    jobs = new JobTable(opened().dataSource);
    await jobs.create({ ...job, action: 'pause', ...changes }, anAudit(''));
    const items = Array.from({ length: 7 }, (_, index) => ({ gid: `g-${index}`, deed: `d-${index}` }));
    await jobs.collect({ ...job, ...changes }, items, {});
    await jobs.move('j', ['collecting'], { state });
  }

  /** A runner whose deeds are answered so, and of which the audit tells as `told` does. */
  let looks = 0;
  function aRunnerOf(desk: object, told: (id: string) => boolean, patienceMs: number): JobRunner {
    const findAudit = async (ids: readonly string[]) => {
      looks += 1;
      return ids.filter(told).map((id) => anAudit('g', { id }));
    };
    const operations = { jobs: () => jobs, duties: () => new Duties(opened().dataSource), history: () => ({ findAudit }) };
    const log = { error: (fields: object) => console.error(fields) };
    return new JobRunner(operations as unknown as Operations, desk as unknown as ActionDesk, log, patienceMs);
  }

  const finished = () => until('it has finished', async () => (await jobs.find('j'))?.state === 'finished');

  it('does no more in a second than was asked for, however little that is', async () => {
    await begun('running', { perSecond: 4 });
    const atMs: number[] = [];
    const carryOut = async () => {
      atMs.push(performance.now());
      return { status: 200, body: { outcome: 'done' } };
    };
    const runner = aRunnerOf({ carryOut }, () => false, 60_000);
    runner.start();
    await finished();
    await runner.stop();
    expect(atMs).toHaveLength(7);
    expect(atMs.at(-1)! - atMs[0]!).toBeGreaterThan(1_400);
  });

  it('that finds more than it may concern stops before it has done anything', async () => {
    jobs = new JobTable(opened().dataSource);
    await jobs.create({ ...job, total: MOST_ITEMS }, anAudit(''));
    const runner = aRunnerOf({}, () => false, 60_000);
    runner.start();
    await until('it has stopped', async () => (await jobs.find('j'))?.state === 'stopped');
    await runner.stop();
    expect((await jobs.find('j'))?.cause).toBe('more than 100000 transactions match; narrow the query');
  });

  describe('whose transactions other nodes drive', () => {
    const asked = {
      carryOut: async () => ({ status: 202, body: { outcome: 'recorded' } }),
      lookBack: async (id: string) => {
        if (id === 'd-6') throw new ApiError('already_final', 'It has ended.');
        return { status: 200, body: { outcome: 'done' } };
      },
    };

    it('learns what they have done of it, and what they have refused, before it goes on and before it ends', async () => {
      await begun('canary');
      let isTold = false;
      const runner = aRunnerOf(asked, () => isTold, 60_000);
      runner.start();
      await until('the first five are asked for', async () => (await jobs.counts('j')).recorded === 5);
      looks = 0;
      await until('it has looked for them twice', () => looks > 4);
      expect([(await jobs.find('j'))?.state, (await jobs.counts('j')).pending]).toEqual(['canary', 2]);
      isTold = true;
      await finished();
      await runner.stop();
      expect(await jobs.counts('j')).toEqual({ done: 6, failed: 1 });
      expect(await jobs.items('j', 'failed', 0, 9)).toMatchObject([{ deed: 'd-6', code: 'already_final' }]);
    });

    it('waits for the others anew when it has waited for the first five in vain', async () => {
      await begun('canary');
      let isTold = false;
      const runner = aRunnerOf(asked, () => isTold, 1_000);
      runner.start();
      await until('all are asked for', async () => (await jobs.counts('j')).recorded === 7);
      isTold = true;
      await finished();
      await runner.stop();
      expect(await jobs.counts('j')).toEqual({ done: 6, failed: 1 });
    });

    it('does not wait for those of an earlier attempt before it goes on to the others', async () => {
      await begun('canary');
      await jobs.move('j', ['canary'], { canaryEnd: 2 });
      for (const item of await jobs.items('j', 'pending', 2, 4)) {
        await jobs.end(item, 'pending', { state: 'recorded', code: '', detail: '', atMs: 1 });
      }
      const done = { carryOut: async () => ({ status: 200, body: { outcome: 'done' } }) };
      const runner = aRunnerOf(done, () => false, 60_000);
      runner.start();
      await until('the last is done', async () => (await jobs.counts('j')).done === 3);
      await runner.stop();
      expect(await jobs.counts('j')).toEqual({ done: 3, recorded: 4 });
    });

    it('ends without them when they say nothing for long', async () => {
      await begun('canary');
      const runner = aRunnerOf(asked, () => false, 300);
      runner.start();
      await finished();
      await runner.stop();
      expect(await jobs.counts('j')).toEqual({ recorded: 7 });
    });
  });
});
