/** Memory of a coordinator that goes on and on at full load. */
import { repeat } from '../closed-loop.js';
import { residentMb } from '../gauges.js';
import { transactionWork, twoStepSaga, withPool } from '../load/index.js';
import { FULL_LOAD, plainGround, type Scenario } from './scenario.js';

const SLICES = 8;
const SAMPLE_EVERY_MS = 100;

export const memory: Scenario = {
  name: 'memory',
  title: 'memory of the coordinator at 64 in flight (--transactions says for how long)',
  async run(bench) {
    const { settings, figures } = bench;
    const { coordinator } = await plainGround(bench);
    const slice = Math.ceil(settings.memoryTransactions / SLICES);
    const lowest: number[] = [];
    let most = 0;
    let failures = 0;
    await withPool(coordinator.baseUrl, FULL_LOAD, async (pool) => {
      const work = transactionWork(pool, twoStepSaga);
      for (let index = 1; index <= SLICES; index += 1) {
        const samples: number[] = [];
        const sampling = setInterval(() => samples.push(residentMb(coordinator.process.pid)), SAMPLE_EVERY_MS);
        const measured = await repeat(FULL_LOAD, slice, work);
        clearInterval(sampling);
        samples.push(residentMb(coordinator.process.pid));
        failures += measured.failures;
        most = Math.max(most, ...samples);
        lowest.push(Math.min(...samples));
        bench.say(`${index * slice} transactions, ${Math.min(...samples).toFixed(0)} to ${Math.max(...samples).toFixed(0)} MB`);
        figures.add(`memory.${index}_of_${SLICES}.lowest_mb`, 'MB', Math.min(...samples));
        figures.add(`memory.${index}_of_${SLICES}.highest_mb`, 'MB', Math.max(...samples));
      }
    });
    figures.add('memory.transactions', 'count', slice * SLICES);
    figures.add('memory.most_mb', 'MB', most);
    // Between two collections the heap rises and falls by a hundred megabytes: what is kept is what is left at the lowest. The first eighth compiles code
    // and fills caches and pools.
    figures.add('memory.growth', 'ratio', Math.min(...lowest.slice(SLICES / 2)) / Math.min(...lowest.slice(1, SLICES / 2)));
    figures.add('memory.failures', 'count', failures);
  },
};
