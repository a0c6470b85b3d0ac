/**
 * What the answer to a call over NATS says (docs/participants.md has the table). Pure. An answer is a packet as Nest's microservices write it: `{
 * response, id }`, or `{ err, id }`.
 *
 * Only an error that says `assent: rejected` is a refusal: a refusal promises "it did not, and never will", and a handler that threw, a filter of the
 * framework or a service that knows no such pattern promise nothing of the kind.
 */
import type { Outcome } from '@assent/protocol';
import { isObject, parseJson, readResult, refusalIn, unknown } from '../outcomes/index.js';

/** Bounds of what an answer may bring. */
export interface AnswerBounds {
  /** A longer result is not kept, in bytes. */
  readonly maxBodyBytes: number;
  /** What a wait asked for is clamped to, in milliseconds. */
  readonly minRetryAfterMs: number;
  readonly maxRetryAfterMs: number;
}

/** What an answer means. Total: every text has an outcome. `id` is the one of the request; an answer to another request is none to this one. */
export function outcomeOf(text: string, id: string, bounds: AnswerBounds): Outcome {
  const packet = parseJson(text);
  if (!isObject(packet)) return unknown('bad_answer', 'the answer is not a packet of the form { response } or { err }');
  if (packet.id !== undefined && packet.id !== id) return unknown('bad_answer', 'the answer names another request');
  const { err, response } = packet;
  if (err !== undefined && err !== null) return failed(err, bounds);
  return isPending(response) ? { kind: 'pending', ...waitAsked(response, bounds) } : succeeded(response, bounds);
}

/** A result cannot be mistaken for it unless it has exactly these members. */
function isPending(response: unknown): response is Readonly<Record<string, unknown>> {
  return (
    isObject(response) &&
    response.assent === 'pending' &&
    Object.keys(response).every((name) => name === 'assent' || name === 'retryAfterMs')
  );
}

function succeeded(response: unknown, { maxBodyBytes }: AnswerBounds): Outcome {
  if (response === undefined || response === null) return { kind: 'succeeded' };
  const text = JSON.stringify(response);
  const result = Buffer.byteLength(text) > maxBodyBytes ? undefined : readResult(text);
  return result === undefined ? { kind: 'succeeded' } : { kind: 'succeeded', result };
}

function failed(err: unknown, bounds: AnswerBounds): Outcome {
  if (!isObject(err)) return unknown('error_answer', `answered with an error: ${typeof err === 'string' ? err : JSON.stringify(err)}`);
  const problem = refusalIn(err);
  if (err.assent === 'rejected') {
    return problem === null
      ? unknown('malformed_refusal', 'answered with a refusal without a "code": not taken for one')
      : { kind: 'rejected', refusal: problem };
  }
  const words =
    problem === null ? (typeof err.message === 'string' ? err.message : 'no message') : `${problem.code} ${problem.message}`.trimEnd();
  const asked = err.assent === 'unknown' ? waitAsked(err, bounds) : {};
  return { ...unknown('error_answer', `answered with an error: ${words}`), ...asked };
}

function waitAsked(
  { retryAfterMs }: Readonly<Record<string, unknown>>,
  { minRetryAfterMs, maxRetryAfterMs }: AnswerBounds,
): { readonly retryAfterMs?: number } {
  if (typeof retryAfterMs !== 'number' || !(retryAfterMs >= 0)) return {};
  return { retryAfterMs: Math.min(maxRetryAfterMs, Math.max(minRetryAfterMs, Math.ceil(retryAfterMs))) };
}
