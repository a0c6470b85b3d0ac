/**
 * Sends webhooks: signed as Standard Webhooks has it, one connection each, nothing followed. The same egress policy as for branches stands before the
 * socket: the URL is judged when it is used, a name when it is resolved, and the address judged is the one connected to.
 */
import type { Dispatcher } from 'undici';
import { EgressDeniedError, type EgressPolicy, type EgressProblem } from '../egress/index.js';
import { ConnectError, clientForOne } from '../http/index.js';
import { Signer } from '../signing/index.js';

export interface WebhookSenderOptions {
  readonly egress: EgressPolicy;
  /** For the whole exchange, connecting included. */
  readonly timeoutMs: number;
  readonly monotonicMs: () => number;
  readonly wallClockMs: () => number;
}

export interface Webhook {
  readonly url: string;
  /** `whsec_...`, as of participants. */
  readonly key: string;
  /** The same for every try of one message, so that a receiver can tell a repeat. */
  readonly id: string;
  readonly body: string;
}

/** `status`: 200 to 299 is delivered, anything else is not, redirects included. `failed`: no answer, or nothing was sent. */
export type WebhookEnd =
  | { readonly kind: 'answered'; readonly status: number; readonly durationMs: number }
  | {
      readonly kind: 'failed';
      readonly code: 'egress_denied' | 'connect_failed' | 'timeout' | 'broken';
      readonly detail: string;
      readonly durationMs: number;
    };

export class WebhookSender {
  constructor(private readonly options: WebhookSenderOptions) {}

  /** Why a webhook may not be sent to this URL, or `null`. Opens no socket and resolves no name. */
  checkUrl(url: string): EgressProblem | null {
    return this.options.egress.checkUrl(url);
  }

  /** Never throws. */
  async send(webhook: Webhook): Promise<WebhookEnd> {
    const { monotonicMs } = this.options;
    const startedMs = monotonicMs();
    const took = () => Math.round(monotonicMs() - startedMs);
    const problem = this.checkUrl(webhook.url);
    if (problem !== null) return { kind: 'failed', code: 'egress_denied', detail: problem.detail, durationMs: took() };
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), this.options.timeoutMs);
    const url = new URL(webhook.url);
    const client = clientForOne({ url, lookup: this.options.egress.lookup, signal: deadline.signal });
    try {
      const { statusCode, body } = await client.request({ ...this.requestFor(webhook, url), signal: deadline.signal });
      // Whatever it says is not read: the status is the answer.
      body.on('error', () => undefined).destroy();
      return { kind: 'answered', status: statusCode, durationMs: took() };
    } catch (error) {
      return { kind: 'failed', ...failureIn(error, deadline.signal.aborted), durationMs: took() };
    } finally {
      clearTimeout(timer);
      await client.destroy();
    }
  }

  private requestFor({ key, id, body }: Webhook, url: URL): Dispatcher.RequestOptions {
    const bytes = Buffer.from(body);
    const timestamp = Math.floor(this.options.wallClockMs() / 1_000);
    return {
      method: 'POST',
      path: url.pathname + url.search,
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': new Signer(key).sign(id, timestamp, bytes),
      },
      body: bytes,
    };
  }
}

type Failure = Pick<Extract<WebhookEnd, { kind: 'failed' }>, 'code' | 'detail'>;

function failureIn(error: unknown, hasTimedOut: boolean): Failure {
  const { message, cause } = error as Error;
  if (cause instanceof EgressDeniedError) return { code: 'egress_denied', detail: cause.message };
  if (hasTimedOut) return { code: 'timeout', detail: 'There was no answer in time.' };
  return error instanceof ConnectError ? { code: 'connect_failed', detail: message } : { code: 'broken', detail: message };
}
