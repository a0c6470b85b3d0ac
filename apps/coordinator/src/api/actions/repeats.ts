/**
 * Requests with an `Idempotency-Key`: the same request under the same key is carried out once and answered the same, another one is refused. The id
 * under which the audit tells of it is kept before anything is done, so that after a crash it can be found out whether it was.
 */
import { EngineError } from '@assent/engine';
import type { IdempotencyKeys, KeptRequest } from '@assent/store';
import { ApiError, type ErrorCode, isErrorCode } from '../../errors/index.js';
import { contentHash } from '../content-hash.js';
import { newGid } from '../gid.js';

export interface Answered {
  readonly status: number;
  readonly body: object;
}

/** What is to be done at most once. */
export interface Once {
  readonly principal: string;
  /** `null`: nobody asked for it to be repeatable. */
  readonly key: string | null;
  /** What tells the same request from another. */
  readonly content: object;
  /** Does it; `id` names it in the audit. */
  readonly work: (id: string) => Promise<Answered>;
  /** The answer to what was done under this id; `null`: nothing was. */
  readonly lookBack: (id: string) => Promise<Answered | null>;
}

type Kept =
  | { readonly answer: Answered }
  | { readonly refusal: { readonly code: ErrorCode; readonly detail: string; readonly gid?: string } };

/** Whoever has not answered for so long has died; what it did is looked for in the audit. */
const ANSWERS_WITHIN_MS = 30_000;

/** Throws what the work throws, `idempotency_conflict` and `idempotency_in_progress`. */
export async function once(keys: () => IdempotencyKeys, asked: Once): Promise<Answered> {
  if (asked.key === null) return asked.work(newGid());
  const claim = {
    principal: asked.principal,
    name: asked.key,
    hash: contentHash(asked.content),
    deed: newGid(),
    createdAtMs: Date.now(),
  };
  const kept = await keys().claim(claim);
  if (kept === null) return carryOut(keys(), asked, claim);
  if (kept.hash !== claim.hash) throw new ApiError('idempotency_conflict', 'This key was used for another request.');
  if (kept.answer !== null) return repeated(JSON.parse(kept.answer) as Kept);
  const isOver = claim.createdAtMs - kept.createdAtMs >= ANSWERS_WITHIN_MS;
  try {
    const done = await asked.lookBack(kept.deed);
    if (done !== null) return done;
  } catch (error) {
    // Whoever was refused for then only died before the key was free again. The deed has its row of the audit: the next one needs an id of its own.
    if (!isOver || !(error instanceof ApiError) || error.isLasting) throw error;
    await keys().release(kept);
    return once(keys, asked);
  }
  if (!isOver) {
    throw new ApiError('idempotency_in_progress', 'The first request with this key has not been answered yet.', { retryAfterMs: 1_000 });
  }
  return carryOut(keys(), asked, kept);
}

async function carryOut(keys: IdempotencyKeys, asked: Once, claim: Pick<KeptRequest, 'principal' | 'name' | 'deed'>): Promise<Answered> {
  try {
    const answer = await asked.work(claim.deed);
    await keys.answer(claim, JSON.stringify({ answer } satisfies Kept));
    return answer;
  } catch (error) {
    const refusal = refusalIn(error);
    if (refusal !== null) await keys.answer(claim, JSON.stringify({ refusal } satisfies Kept));
    // Of what may have been done nobody knows yet: then the key stays taken, and the audit will tell.
    else if (!isUnknown(error)) await keys.release(claim);
    throw error;
  }
}

function repeated(kept: Kept): Answered {
  if ('answer' in kept) return kept.answer;
  const { code, detail, gid } = kept.refusal;
  throw new ApiError(code, detail, gid === undefined ? {} : { gid });
}

/** A refusal that stays one: not that something is busy or away. */
function refusalIn(error: unknown): { readonly code: ErrorCode; readonly detail: string; readonly gid?: string } | null {
  if (error instanceof ApiError) return error.isLasting ? { code: error.code, detail: error.detail, ...gidIn(error.fields.gid) } : null;
  if (!(error instanceof EngineError) || !isErrorCode(error.code)) return null;
  const { code, detail, gid } = error;
  return new ApiError(code, detail).isLasting ? { code, detail, ...gidIn(gid) } : null;
}

function gidIn(gid: string | undefined): { readonly gid?: string } {
  return gid === undefined ? {} : { gid };
}

function isUnknown(error: unknown): boolean {
  return error instanceof EngineError && error.code === 'outcome_unknown';
}
