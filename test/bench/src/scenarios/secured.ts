/**
 * The 2-step saga with everything on that an installation has which is looked after: roles, with a key on every request; an operator whose deeds go to the
 * audit; metrics that are scraped; logs. Against a coordinator as shipped, which has metrics and logs but asks nobody who he is, and against direct calls.
 */
import { randomBytes } from 'node:crypto';
import type { Pool } from 'undici';
import { directWork, type Headers, transactionWork, twoStepSaga, type Work, waitingForInitiator, withPool } from '../load/index.js';
import { middle } from '../saga-scenario.js';
import { alternately, failuresOf } from './patterns.js';
import { FULL_LOAD, noOpNames, plainGround, type Scenario } from './scenario.js';

/** How often somebody scrapes and an operator does something: more often than in earnest. */
const LOOK_EVERY_MS = 1_000;

export const secured: Scenario = {
  name: 'secured',
  title: '2-step saga with roles, audit, metrics and logs on, against a coordinator without roles',
  async run(bench) {
    const { ground, settings, figures } = bench;
    const { coordinator: plain, participant } = await plainGround(bench);
    const [service, operator] = [makeKey(), makeKey()];
    const database = await ground.database();
    const env = { ASSENT_AUTH: 'on', ASSENT_API_KEYS: `bench:service=${service},night:operator=${operator}` };
    const guarded = await ground.coordinator(database.url, noOpNames(participant), { env });
    await withPools([participant.baseUrl, plain.baseUrl, guarded.baseUrl], async ([direct, open, keyed]) => {
      await provenToAsk(keyed!);
      const look = looking(keyed!, as(service), as(operator));
      const works = [
        directWork(direct!),
        transactionWork(open!, twoStepSaga),
        lookedAfter(transactionWork(keyed!, twoStepSaga, 'committed', as(service)), look),
      ];
      const measured = await alternately(works, settings.rounds, settings.roundMs, settings.warmUpMs);
      const [called = [], without = [], withRoles = []] = measured;
      const against = (others: typeof called) => withRoles.map((round, index) => round.perSecond / others[index]!.perSecond);
      figures.add('secured.ratio', 'ratio', against(without));
      figures.add('secured.direct_ratio', 'ratio', against(called));
      figures.add('secured.tx_per_s', 'per second', middle(withRoles).perSecond);
      figures.add('secured.saga_per_s', 'per second', middle(without).perSecond);
      figures.add('secured.p50_ms', 'ms', middle(withRoles).p50Ms);
      figures.add('secured.p99_ms', 'ms', middle(withRoles).p99Ms);
      figures.add('secured.failures', 'count', failuresOf(measured.flat()));
    });
  },
};

function makeKey(): string {
  return `assent_${randomBytes(32).toString('base64url')}`;
}

function as(key: string): Headers {
  return { authorization: `Bearer ${key}` };
}

function withPools(urls: readonly string[], use: (pools: readonly Pool[]) => Promise<void>, opened: readonly Pool[] = []): Promise<void> {
  const [url, ...rest] = urls;
  if (url === undefined) return use(opened);
  return withPool(url, FULL_LOAD, (pool) => withPools(rest, use, [...opened, pool]));
}

/** What is measured must be a coordinator that refuses whoever brings no key. */
async function provenToAsk(pool: Pool): Promise<void> {
  await ask(pool, 'POST', '/v1/transactions', {}, twoStepSaga, 401);
}

/** Scrapes the metrics, and has an operator abort a transaction that waits for its initiator. */
function looking(pool: Pool, service: Headers, operator: Headers): Work {
  return async () => {
    await ask(pool, 'GET', '/metrics', operator, null, 200);
    const { gid } = JSON.parse(await ask(pool, 'POST', '/v1/transactions', service, waitingForInitiator('standard'), 202)) as {
      gid: string;
    };
    await ask(pool, 'POST', `/v1/transactions/${gid}/actions/abort`, operator, '{"reason":"the benchmark"}', 200);
  };
}

/** `work`, and every now and then `look` before it. */
function lookedAfter(work: Work, look: Work): Work {
  let nextAtMs = 0;
  return async () => {
    const nowMs = performance.now();
    if (nowMs >= nextAtMs) {
      nextAtMs = nowMs + LOOK_EVERY_MS;
      await look();
    }
    await work();
  };
}

/** The text of an answer. Throws an Error when its status is another one. */
async function ask(
  pool: Pool,
  method: 'GET' | 'POST',
  path: string,
  credentials: Headers,
  body: string | null,
  wanted: number,
): Promise<string> {
  const headers = body === null ? credentials : { 'content-type': 'application/json', ...credentials };
  const answer = await pool.request({ method, path, headers, body });
  const text = await answer.body.text();
  if (answer.statusCode !== wanted) throw new Error(`${method} ${path} was answered ${answer.statusCode}: ${text.slice(0, 200)}`);
  return text;
}
