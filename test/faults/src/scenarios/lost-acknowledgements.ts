/**
 * The acknowledgement of a commit is lost, again and again, under load: a proxy lets the packet reach the database, swallows the answer and
 * cuts the connection. No transaction may be dropped, doubled, or left without a driver.
 */
import { endsWithCommit } from '../../../support/tcp-proxy.js';
import { campaign, type Scenario } from './scenario.js';

const cutEveryMs = 250;

export const lostAcknowledgementsScenario: Scenario = campaign(
  'lost-acknowledgements',
  'Commits whose acknowledgement is lost, four times a second, under load',
  {
    seed: 121,
    async harm(ground) {
      const { proxy } = ground.stack;
      const before = proxy.lostAcknowledgements;
      while (ground.isOn) {
        proxy.loseAcknowledgements(1, endsWithCommit);
        await ground.pause(cutEveryMs);
      }
      proxy.loseAcknowledgements(0, () => false);
      const lost = proxy.lostAcknowledgements - before;
      if (lost > 0) ground.count('acknowledgements lost', lost);
    },
  },
);
