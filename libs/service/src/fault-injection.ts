/**
 * Faults on purpose, for demonstrations and tests: some calls of the coordinator fail before the work, some after it (a lost answer), some
 * are late. Off unless `ASSENT_DEMO_FAULTS` says otherwise; works at the edge, so that the code of the service knows nothing of it.
 */
import type { FastifyInstance } from 'fastify';

/** Probabilities are of each call, drawn independently. */
export interface Faults {
  /** Answers 500 instead of doing the work. */
  readonly fail: number;
  /** Does the work, then answers 500 as if the answer had been lost. */
  readonly lose: number;
  /** Waits this long before the work. */
  readonly late: { readonly probability: number; readonly delayMs: number };
  /** Makes a run repeatable. */
  readonly seed: number;
}

const longestDelayMs = 60_000;

/**
 * Reads `fail=0.1,lose=0.05,late=0.01:5000,seed=7`, in any order, each part optional: probabilities from 0 to 1, a delay in milliseconds.
 * Throws an error that names the part that is wrong.
 */
export function parseFaults(text: string): Faults {
  const faults = { fail: 0, lose: 0, late: { probability: 0, delayMs: 0 }, seed: 1 };
  for (const part of text.split(',')) {
    const [name = '', value = ''] = part.trim().split('=');
    const [first = '', second = ''] = value.split(':');
    const number = Number(first);
    const isNumber = first !== '' && Number.isFinite(number) && number >= 0;
    if (isNumber && number <= 1 && (name === 'fail' || name === 'lose')) faults[name] = number;
    else if (isNumber && name === 'seed') faults.seed = number;
    else if (isNumber && number <= 1 && name === 'late' && isDelay(second)) faults.late = { probability: number, delayMs: Number(second) };
    else throw new Error(`"${part}" is no fault: fail=PROBABILITY, lose=PROBABILITY, late=PROBABILITY:MILLISECONDS or seed=NUMBER`);
  }
  return faults;
}

function isDelay(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= longestDelayMs;
}

/** True for the path of a branch call. */
export function isBranchCall(url: string): boolean {
  return url.startsWith('/assent/');
}

/** Injects `faults` into the branch calls (`/assent/...`) that `server` answers. Call it before the server is ready. */
export function injectFaults(server: FastifyInstance, faults: Faults): void {
  const random = seededRandom(faults.seed);
  server.addHook('preHandler', async (request, reply) => {
    if (!isBranchCall(request.url)) return;
    if (random() < faults.late.probability) await new Promise((resolve) => setTimeout(resolve, faults.late.delayMs));
    if (random() < faults.fail) await reply.code(500).send({ code: 'injected_fault', detail: 'failed on purpose, before the work' });
  });
  server.addHook('onSend', async (request, reply, payload) => {
    if (!isBranchCall(request.url) || reply.statusCode >= 500 || random() >= faults.lose) return payload;
    reply.code(500).header('content-type', 'application/json');
    return JSON.stringify({ code: 'injected_fault', detail: 'answer lost on purpose, after the work' });
  });
}

/** mulberry32 (public domain, Tommy Ettinger): small, fast, good enough to toss coins. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
