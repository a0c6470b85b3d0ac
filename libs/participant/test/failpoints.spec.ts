/** What is true at the moment a failpoint of the barrier is passed: the promise of `docs/failpoints.md`. */
import type { FailpointName, Failpoints } from '@assent/protocol';
import type { DataSource } from 'typeorm';
import { Barrier, LocalTransactions, SqlBarrierStore } from '../src/index.js';
import { aCall, answer, DAY_MS, effectsOf, heldRows, NOW_MS, newBarrier } from './support/barriers.js';
import { describeOnEachDatabase, openDataSource } from './support/data-sources.js';
import { newGid } from './support/running-theatre.js';

class Cut extends Error {}

/** The process is cut off when it passes `name` for the `at`th time. */
function cutAt(name: FailpointName, at = 1): Failpoints {
  let passed = 0;
  return {
    isArmed: () => true,
    hit(here) {
      if (here !== name) return;
      passed += 1;
      if (passed === at) throw new Cut(name);
    },
  };
}

describeOnEachDatabase('a participant that is cut off', (open) => {
  let dataSource: DataSource;
  let close: () => Promise<void>;
  let gid: string;

  beforeAll(async () => {
    ({ dataSource, close } = await openDataSource(open));
  });
  afterAll(() => close());
  beforeEach(() => {
    gid = newGid();
  });

  const cutOff = (failpoints: Failpoints) =>
    new Barrier(new SqlBarrierStore(LocalTransactions.of(dataSource)), { retentionMs: 30 * DAY_MS, now: () => NOW_MS, failpoints });

  it.each(['barrier.after-insert', 'barrier.before-commit'] as const)('at %s has done nothing, and the repeat does it', async (name) => {
    for (const op of ['try', 'confirm']) {
      const before = await heldRows(dataSource, gid);
      await expect(answer(cutOff(cutAt(name)), aCall(op, gid))).rejects.toThrow(Cut);
      expect(await heldRows(dataSource, gid)).toEqual(before);
      expect(await answer(newBarrier(dataSource), aCall(op, gid))).toMatchObject({ kind: 'succeeded' });
    }
    expect(await effectsOf(dataSource, gid)).toEqual(['try', 'confirm']);
  });

  it('between the two rows of a rollback has done nothing', async () => {
    await answer(newBarrier(dataSource), aCall('try', gid));
    await expect(answer(cutOff(cutAt('barrier.after-insert', 2)), aCall('cancel', gid))).rejects.toThrow(Cut);
    expect(await heldRows(dataSource, gid)).toHaveLength(1);
    await answer(newBarrier(dataSource), aCall('cancel', gid));
    expect(await effectsOf(dataSource, gid)).toEqual(['try', 'cancel']);
  });

  it('at barrier.after-commit has done its work, and the repeat is answered without doing it again', async () => {
    await expect(answer(cutOff(cutAt('barrier.after-commit')), aCall('try', gid))).rejects.toThrow(Cut);
    expect(await effectsOf(dataSource, gid)).toEqual(['try']);
    expect(await answer(newBarrier(dataSource), aCall('try', gid))).toMatchObject({ kind: 'succeeded' });
    expect(await effectsOf(dataSource, gid)).toEqual(['try']);
  });

  it('before it commits a refusal has kept none', async () => {
    await answer(newBarrier(dataSource), aCall('cancel', gid));
    const passed: FailpointName[] = [];
    await answer(cutOff({ isArmed: () => true, hit: (name) => passed.push(name) }), aCall('try', gid));
    expect(passed).toEqual(['barrier.after-insert', 'barrier.after-commit']);
  });
});
