/** Why a webhook counts as not delivered, in the words of the log of deliveries. */
import type { WebhookEnd } from '@assent/transport';

const MOST_CHARACTERS = 1_000;

/** Why the receiver did not take it, or nothing. */
export function problemIn(end: WebhookEnd): string {
  if (end.kind === 'failed') return `${end.code}: ${end.detail}`.slice(0, MOST_CHARACTERS);
  return end.status >= 200 && end.status < 300 ? '' : `answered ${end.status}`;
}
