import { barrierSuite } from './support/barrier-suite.js';
import { describeOnEachDatabase } from './support/data-sources.js';
import { runTheatre } from './support/running-theatre.js';

describeOnEachDatabase('a branch behind the barrier, called over HTTP', (open) =>
  barrierSuite(open, {
    start: async (database) => runTheatre(await database()),
    busy: { status: 425, body: { code: 'still_running' } },
  }),
);
