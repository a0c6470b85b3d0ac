/**
 * Verifies the Standard Webhooks signature of a call (https://www.standardwebhooks.com). The library compares in constant time and refuses
 * timestamps more than five minutes away; every attempt is signed anew, so a retry is never too old. A replay within that time meets the barrier.
 */
import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { header, type MessageId, parseMessageId } from '@assent/protocol';
import { Webhook } from 'standardwebhooks';
import { ProblemError } from './problems.js';

/** A call whose signature was right: all five values come from the signed id. */
export interface VerifiedCall extends MessageId {
  readonly contract: string;
  /** The body, byte for byte as signed. */
  readonly text: string;
}

const TIMESTAMP = /^[0-9]{1,12}$/;

export class SignatureVerifier {
  private readonly keys: readonly Webhook[];

  /** `keys`: `whsec_<base64>`, several while one is being replaced. Throws Error with one line when there is none, or one is not base64. */
  constructor(keys: readonly string[]) {
    if (keys.length === 0) throw new Error('a participant needs at least one key');
    this.keys = keys.map(openKey);
  }

  /** Throws `ProblemError`: 401 for the signature, 400 for what is signed but makes no sense. */
  verify(headers: IncomingHttpHeaders, body: Buffer): VerifiedCall {
    // The library signs text, and bytes that are not UTF-8 would all become the same replacement character.
    if (!isUtf8(body)) throw new ProblemError('body_not_utf8');
    const text = body.toString('utf8');
    const id = headers[header.id];
    const timestamp = headers[header.timestamp];
    const signature = headers[header.signature];
    if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signature !== 'string')
      throw new ProblemError('signature_invalid');
    if (!TIMESTAMP.test(timestamp) || !this.keys.some((key) => isSignedBy(key, text, { id, timestamp, signature }))) {
      throw new ProblemError('signature_invalid');
    }
    return { ...identify(id), text };
  }
}

function openKey(key: string, index: number): Webhook {
  try {
    return new Webhook(key);
  } catch (cause) {
    throw new Error(`key ${index + 1} of the participant is not a Standard Webhooks secret (whsec_<base64>)`, { cause });
  }
}

function isSignedBy(key: Webhook, text: string, signed: { id: string; timestamp: string; signature: string }): boolean {
  const headers = { [header.id]: signed.id, [header.timestamp]: signed.timestamp, [header.signature]: signed.signature };
  try {
    key.verify(text, headers, { jsonParse: false });
    return true;
  } catch {
    return false;
  }
}

/** An id with a "." is refused: the signed string is `id.timestamp.body`, and its parts could be cut elsewhere. */
function identify(id: string): MessageId & { readonly contract: string } {
  const parsed = id.includes('.') ? null : parseMessageId(id);
  if (parsed === null) throw new ProblemError('message_id_invalid');
  const { contract } = parsed;
  if (contract === null) throw new ProblemError('path_mismatch', 'the signed message id names no contract');
  return { ...parsed, contract };
}
