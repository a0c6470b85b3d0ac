/** The database is killed again and again, and stopped for less and for more than a lease. All services are on it. */
import { leaseMs } from '../campaign/index.js';
import { campaign, type Scenario } from './scenario.js';

export const databaseKilled: Scenario = campaign('database-killed', 'MariaDB is killed in a loop, under load', {
  seed: 61,
  async harm(ground) {
    const { mariadb } = ground.stack;
    while (ground.isOn) {
      await ground.hurt('database killed', async () => {
        await mariadb.killHard();
        await mariadb.restart();
      });
      await ground.breathe(200, 1_500);
    }
  },
});

export const databasePaused: Scenario = campaign('database-paused', 'MariaDB is stopped for less and for more than a lease', {
  seed: 62,
  async harm(ground) {
    const { mariadb } = ground.stack;
    for (let round = 0; ground.isOn; round += 1) {
      await ground.hurt('database paused', async () => {
        mariadb.pause();
        await ground.pause(leaseMs * (round % 2 === 0 ? 1.5 : 0.5));
        mariadb.resume();
      });
      await ground.breathe(200, 1_000);
    }
  },
});
