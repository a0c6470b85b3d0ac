import type { DataSource } from 'typeorm';
import { countOpenReservations } from '../src/index.js';
import { aCall, answer, newBarrier } from './support/barriers.js';
import { describeOnEachDatabase, openDataSource } from './support/data-sources.js';
import { newGid } from './support/running-theatre.js';

describeOnEachDatabase('open reservations', (open) => {
  let dataSource: DataSource;
  let close: () => Promise<void>;

  beforeEach(async () => {
    ({ dataSource, close } = await openDataSource(open));
  });
  afterEach(() => close());

  it('are those that were tried, and neither confirmed nor cancelled', async () => {
    const [held, confirmed, cancelled, neverTried] = [newGid(), newGid(), newGid(), newGid()];
    for (const gid of [held, confirmed, cancelled]) await answer(newBarrier(dataSource), aCall('try', gid));
    await answer(newBarrier(dataSource), aCall('confirm', confirmed));
    for (const gid of [cancelled, neverTried]) await answer(newBarrier(dataSource), aCall('cancel', gid));
    expect(await countOpenReservations(dataSource, Number.MAX_SAFE_INTEGER)).toBe(1);
    await answer(newBarrier(dataSource), aCall('cancel', held));
    expect(await countOpenReservations(dataSource, Number.MAX_SAFE_INTEGER)).toBe(0);
  });

  it('are overdue by when their transaction began', async () => {
    const call = aCall('try', newGid());
    await answer(newBarrier(dataSource), call);
    expect(await countOpenReservations(dataSource, call.begunAtMs)).toBe(0);
    expect(await countOpenReservations(dataSource, call.begunAtMs + 1)).toBe(1);
  });
});
