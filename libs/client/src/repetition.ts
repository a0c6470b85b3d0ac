/**
 * Safe repetition: every command of the coordinator is idempotent by its gid, so a request without an answer, or with one that says
 * "I do not know" or "not now", is sent again, unchanged, within bounds.
 */
import { AssentRequestError, AssentUnavailableError, type Problem } from './errors.js';
import { type HttpAnswer, NoAnswer } from './http-channel.js';
import { isWireTransaction, readTransaction, type TransactionResult } from './transaction-result.js';

export interface RetryBounds {
  /** How many times a request is sent at most. */
  readonly attempts: number;
  /** No attempt starts later than this after the first. */
  readonly forMs: number;
  /** Back-off before attempt n + 1: `min(capMs, firstIntervalMs * 2^(n-1))`, jittered downwards by up to half. */
  readonly firstIntervalMs: number;
  readonly capMs: number;
}

/** Rides over the restart of a coordinator, yet answers a waiting person within seconds. */
export const defaultRetryBounds: RetryBounds = { attempts: 8, forMs: 5_000, firstIntervalMs: 50, capMs: 1_000 };

/** Time and chance, passed in so that tests need not wait. */
export interface Ambient {
  /** Monotonic milliseconds. */
  nowMs(): number;
  /** Uniform in [0, 1). */
  random(): number;
  sleep(ms: number): Promise<void>;
}

export const realAmbient: Ambient = {
  nowMs: () => performance.now(),
  random: Math.random,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** Sends until an answer is one to keep. `send` is called anew for each attempt, so that it can shorten its wait. */
export class Repetition {
  constructor(
    private readonly bounds: RetryBounds,
    private readonly ambient: Ambient,
  ) {}

  /**
   * Returns a 2xx answer. Throws `AssentRequestError` on a 4xx at once, unless it speaks of the moment only, `AssentUnavailableError` when the bounds are used up, or
   * when the coordinator asks for a longer pause than they allow.
   */
  async untilAnswered(gid: string, send: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
    const lastStartMs = this.ambient.nowMs() + this.bounds.forMs;
    for (let attempt = 1; ; attempt++) {
      const failure = await this.attempt(gid, send);
      if (!(failure instanceof AssentUnavailableError)) return failure;
      if (failure.code === 'closed') throw failure;
      const pauseMs = Math.max(this.backoffMs(attempt), failure.retryAfterMs ?? 0);
      if (attempt >= this.bounds.attempts || this.ambient.nowMs() + pauseMs > lastStartMs) throw failure;
      await this.ambient.sleep(pauseMs);
    }
  }

  private async attempt(gid: string, send: () => Promise<HttpAnswer>): Promise<HttpAnswer | AssentUnavailableError> {
    let answer: HttpAnswer;
    try {
      answer = await send();
    } catch (cause) {
      if (!(cause instanceof NoAnswer)) throw cause;
      return new AssentUnavailableError(gid, cause.code, null, { cause });
    }
    if (answer.status >= 200 && answer.status < 300) return answer;
    const problem = readProblem(answer);
    if (answer.status >= 500 || notNow.has(answer.status)) return new AssentUnavailableError(gid, problem.code, answer.retryAfterMs);
    throw new AssentRequestError(problem, gid, transactionIn(answer));
  }

  private backoffMs(attempt: number): number {
    const fullMs = Math.min(this.bounds.capMs, this.bounds.firstIntervalMs * 2 ** (attempt - 1));
    return fullMs * (1 - this.ambient.random() / 2);
  }
}

/** 4xx that speak of the moment, not of the request: it arrived too slowly, or there is too much to do. */
const notNow: ReadonlySet<number> = new Set([408, 429]);

/** A command that came too late is answered with the transaction as it stands. */
function transactionIn({ body }: HttpAnswer): TransactionResult | undefined {
  const shown = (body as { transaction?: unknown } | null)?.transaction;
  return isWireTransaction(shown) ? readTransaction(shown) : undefined;
}

/** Reads an RFC 9457 body; whatever stands between us and the coordinator may answer without one. */
function readProblem(answer: HttpAnswer): Problem {
  const body = (typeof answer.body === 'object' && answer.body !== null ? answer.body : {}) as Partial<Record<string, unknown>>;
  const text = (name: string, otherwise: string): string => (typeof body[name] === 'string' ? body[name] : otherwise);
  const code = text('code', `http_${answer.status}`);
  const title = text('title', `HTTP status ${answer.status}`);
  return {
    status: answer.status,
    code,
    title,
    detail: text('detail', title),
    ...(typeof body.pointer === 'string' && { pointer: body.pointer }),
  };
}
