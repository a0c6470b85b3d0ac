/** What the drivers repeat: one transaction through a server, or the same calls made directly. Everything throws when the answer is not the wanted one. */
import { Pool } from 'undici';

export type Work = () => Promise<void>;

/** Sent with a request, beside its own. */
export type Headers = Readonly<Record<string, string>>;

const headers: Headers = { 'content-type': 'application/json' };
/** What a branch is sent, in whatever way. */
export const payload = '{"lines":[{"sku":"tea","quantity":2}]}';

/** Posts `body` and hands the answer to `check`, which throws when it is not the wanted one. */
export async function post(
  pool: Pool,
  path: string,
  body: string,
  check: (statusCode: number, text: string) => void,
  sent: Headers = headers,
): Promise<void> {
  const answer = await pool.request({ method: 'POST', path, headers: sent, body });
  check(answer.statusCode, await answer.body.text());
}

/** One after the other, as a service would call its participants without a coordinator. */
export function directWork(pool: Pool, paths: readonly string[] = ['/assent/noop.deduct/action', '/assent/noop.charge/action']): Work {
  return async () => {
    for (const path of paths) {
      const { statusCode, body } = await pool.request({ method: 'POST', path, headers, body: payload });
      await body.dump();
      if (statusCode !== 204 && statusCode !== 200) throw new Error(`answered ${statusCode}`);
    }
  };
}

/** Begins a transaction through the coordinator, and waits until it is final with this status. `credentials`: who begins it. */
export function transactionWork(pool: Pool, body: string, status: 'committed' | 'aborted' = 'committed', credentials: Headers = {}): Work {
  const sent = { ...headers, ...credentials };
  const check = (statusCode: number, text: string) => {
    if (statusCode !== 200 || !text.includes(`"status":"${status}"`)) throw new Error(`answered ${statusCode}: ${text.slice(0, 200)}`);
  };
  return () => post(pool, '/v1/transactions', body, check, sent);
}

/** Connections for so many pieces of work at one time; closed after `use`, whatever happens. */
export async function withPool<Result>(url: string, connections: number, use: (pool: Pool) => Promise<Result>): Promise<Result> {
  const pool = new Pool(url, { connections });
  try {
    return await use(pool);
  } finally {
    await pool.destroy();
  }
}
