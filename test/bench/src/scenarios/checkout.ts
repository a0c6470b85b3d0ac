/** The shop of this repository: an order takes stock from one service and money from another, barriers and all, each on tables of its own. */
import { randomUUID } from 'node:crypto';
import type { Pool } from 'undici';
import { closedLoop, type Measured } from '../closed-loop.js';
import { withPool } from '../load/index.js';
import { middle } from '../saga-scenario.js';
import { openShop, type Shop } from '../shop.js';
import { failuresOf } from './patterns.js';
import { FULL_LOAD, type Scenario } from './scenario.js';

const LEVELS = [16, FULL_LOAD];

export const checkout: Scenario = {
  name: 'checkout',
  title: 'checkout over three services with barriers on real tables, by TCC and by saga',
  async run({ ground, settings, figures, say }) {
    const shop = await openShop(ground);
    await withPool(shop.orderUrl, FULL_LOAD, async (pool) => {
      for (const mode of ['tcc', 'saga'] as const) {
        const work = ordering(pool, shop, mode);
        await closedLoop(FULL_LOAD, settings.warmUpMs, work);
        for (const inFlight of LEVELS) {
          say(`${mode}, ${inFlight} in flight`);
          const rounds: Measured[] = [];
          for (let round = 0; round < settings.rounds; round += 1) rounds.push(await closedLoop(inFlight, settings.roundMs, work));
          const measured = middle(rounds);
          figures.add(`checkout.${mode}.${inFlight}.orders_per_s`, 'per second', measured.perSecond);
          figures.add(`checkout.${mode}.${inFlight}.p50_ms`, 'ms', measured.p50Ms);
          figures.add(`checkout.${mode}.${inFlight}.p99_ms`, 'ms', measured.p99Ms);
          figures.add(`checkout.${mode}.${inFlight}.failures`, 'count', failuresOf(rounds));
        }
      }
    });
  },
};

/** One order, until the shop says that it is confirmed. */
function ordering(pool: Pool, shop: Shop, mode: 'tcc' | 'saga'): () => Promise<void> {
  let index = 0;
  return async () => {
    index += 1;
    const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() };
    const answer = await pool.request({ method: 'POST', path: '/orders', headers, body: JSON.stringify(shop.orderOf(index, mode)) });
    const text = await answer.body.text();
    if (answer.statusCode !== 201) throw new Error(`answered ${answer.statusCode}: ${text.slice(0, 200)}`);
  };
}
