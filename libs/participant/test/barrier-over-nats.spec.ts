import { describeOnNats, type NatsServer, startNats } from '../../../test/support/nats.js';
import { barrierSuite } from './support/barrier-suite.js';
import { describeOnEachDatabase } from './support/data-sources.js';
import { runTheatreOnNats } from './support/nats-theatre.js';

describeOnNats('over NATS', () => {
  let server: NatsServer;
  beforeAll(async () => {
    server = await startNats();
  });
  afterAll(() => server.stop());

  describeOnEachDatabase('a branch behind the barrier, called over NATS', (open) =>
    barrierSuite(open, {
      start: async (database) => runTheatreOnNats(await database(), server.url),
      busy: { status: 202 },
    }),
  );
});
