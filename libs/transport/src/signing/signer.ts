/**
 * Signs calls as Standard Webhooks v1 does: HMAC-SHA256 over `id.timestamp.body`. Written out here because the sending side is on the path of
 * every call; receivers may use any Standard Webhooks library.
 */
import { createHmac, type KeyObject } from 'node:crypto';
import { readParticipantKey } from './participant-keys.js';

export class Signer {
  readonly #key: KeyObject;

  /** Throws `RangeError` when `key` is not a participant key. */
  constructor(key: string) {
    this.#key = readParticipantKey(key);
  }

  /** The value of `webhook-signature`. `body` must be the very bytes that are sent. */
  sign(id: string, timestampSeconds: number, body: Buffer): string {
    const signature = createHmac('sha256', this.#key).update(`${id}.${timestampSeconds}.`).update(body).digest('base64');
    return `v1,${signature}`;
  }
}
