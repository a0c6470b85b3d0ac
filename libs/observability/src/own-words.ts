/** Which words about a call may leave this process for logs and traces: those of the coordinator. */
import type { Outcome } from '@assent/protocol';

/** Codes whose message holds what the participant answered: `http_422`, and an error over NATS. */
const QUOTING = /^(http_\d+|error_answer)$/;

/**
 * What the coordinator itself says of a call without an answer that counts; `undefined` where there is nothing to say, or where the words are the
 * participant's: a refusal or an error of a service may well repeat the payload. The API shows those to whoever may see the transaction.
 */
export function ownWordsOn(outcome: Outcome): string | undefined {
  return outcome.kind === 'unknown' && !QUOTING.test(outcome.code) ? outcome.message : undefined;
}
