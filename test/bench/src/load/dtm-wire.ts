/**
 * The wire of `POST /api/dtmsvr/submit`, which several servers speak: a saga as steps with URLs, payloads as texts, `wait_result` for a caller who waits.
 * Documented at https://en.dtm.pub/ref/http.html (the request, the answer) and https://en.dtm.pub/ref/options.html (`wait_result`).
 */
import { randomUUID } from 'node:crypto';
import type { Pool } from 'undici';
import { payload, post, type Work } from './work.js';

export const DTM_SUBMIT_PATH = '/api/dtmsvr/submit';
/** What the participant serves for this wire: it answers 200 with a body, because 204 is no success there. */
export const dtmPaths: readonly string[] = ['/dtm/deduct', '/dtm/charge'];

/** The body of one saga of the two steps of `dtmPaths`. */
export function dtmSaga(gid: string, participantUrl: string): string {
  const steps = dtmPaths.map((path) => ({ action: `${participantUrl}${path}`, compensate: `${participantUrl}${path}-undo` }));
  return JSON.stringify({ gid, trans_type: 'saga', steps, payloads: steps.map(() => payload), wait_result: true });
}

/** One saga, waited for. Throws unless the answer says that it ended well. */
export function dtmWork(pool: Pool, participantUrl: string): Work {
  return () => post(pool, DTM_SUBMIT_PATH, dtmSaga(randomUUID(), participantUrl), checkDtmAnswer);
}

/** Some servers answer a success with another body than `SUCCESS`: what is not 200, or says that it failed or goes on, is none. */
export function checkDtmAnswer(statusCode: number, text: string): void {
  if (statusCode !== 200 || /FAILURE|ONGOING/.test(text)) throw new Error(`answered ${statusCode}: ${text.slice(0, 200)}`);
}
