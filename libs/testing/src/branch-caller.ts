/** Calls a participant as the coordinator does, signed by the Standard Webhooks library: for tests of participants. */
import { formatMessageId, header } from '@assent/protocol';
import { Webhook } from 'standardwebhooks';

/** One op of one branch. `attempt` defaults to 1, `payload` to `{}`. */
export interface BranchCallOptions {
  readonly gid: string;
  readonly branch: string;
  readonly contract: string;
  readonly op: string;
  readonly attempt?: number;
  readonly payload?: object;
}

export interface BranchAnswer {
  readonly status: number;
  /** The parsed JSON body, `null` when there was none. */
  readonly body: unknown;
}

const timeoutMs = 30_000;

export class BranchCaller {
  private readonly webhook: Webhook;

  /** `baseUrl`: of the participant. `key`: `whsec_<base64>`, the same as the participant's. */
  constructor(
    private readonly baseUrl: string,
    key: string,
  ) {
    this.webhook = new Webhook(key);
  }

  /** Sends one call and returns what was answered. Throws when there was no answer. */
  async call({ gid, branch, contract, op, attempt = 1, payload = {} }: BranchCallOptions): Promise<BranchAnswer> {
    const id = formatMessageId({ gid, branch, contract, op, attempt });
    const body = JSON.stringify(payload);
    const now = new Date();
    const response = await fetch(`${this.baseUrl}/assent/${contract}/${op}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        [header.timeoutMs]: String(timeoutMs),
        [header.begun]: String(now.getTime()),
        [header.id]: id,
        [header.timestamp]: String(Math.floor(now.getTime() / 1_000)),
        [header.signature]: this.webhook.sign(id, now, body),
      },
      body,
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
  }
}
