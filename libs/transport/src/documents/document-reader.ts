/**
 * Reads a document from a URL of the configuration, such as the keys of an issuer of tokens: one connection each, nothing followed, and the same egress
 * policy in front of the socket as for branches and webhooks.
 */
import { EgressDeniedError, type EgressPolicy } from '../egress/index.js';
import { clientForOne } from '../http/index.js';

export interface DocumentAnswer {
  readonly status: number;
  readonly text: string;
}

/** Documents are small; whoever sends more is not listened to. */
const MAX_BODY_BYTES = 1_048_576;

export class DocumentReader {
  /** `egress` must allow the origins of the documents. */
  constructor(private readonly egress: EgressPolicy) {}

  /** The answer, whatever its status. Throws `EgressDeniedError` before a socket is opened, and what the network throws; `signal` ends it. */
  async read(text: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<DocumentAnswer> {
    const problem = this.egress.checkUrl(text);
    if (problem !== null) throw new EgressDeniedError(problem.detail);
    const url = new URL(text);
    const client = clientForOne({ url, lookup: this.egress.lookup, signal, maxBodyBytes: MAX_BODY_BYTES });
    try {
      const { statusCode, body } = await client.request({ method: 'GET', path: url.pathname + url.search, headers, signal });
      return { status: statusCode, text: await body.text() };
    } finally {
      await client.destroy();
    }
  }
}
