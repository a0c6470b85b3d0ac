/**
 * One request on one connection and what came back, as undici reports it. Reads at most `maxBodyBytes`; a longer answer is cut off by closing the
 * connection. Reports exactly once.
 */
import { type Dispatcher, errors } from 'undici';
import type { Answer } from './answers.js';

/** How an exchange ended. `sent` is false only when provably not one byte of the request had been written. */
export type ExchangeEnd =
  | { readonly kind: 'answered'; readonly answer: Answer; readonly reusable: boolean }
  | { readonly kind: 'failed'; readonly error: Error; readonly sent: boolean };

type Headers = Readonly<Record<string, string | string[] | undefined>>;

export class Exchange implements Dispatcher.DispatchHandler {
  readonly #maxBodyBytes: number;
  readonly #report: (end: ExchangeEnd) => void;
  #sent = false;
  #ended = false;
  #status = 0;
  #headers: Headers = {};
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(maxBodyBytes: number, report: (end: ExchangeEnd) => void) {
    this.#maxBodyBytes = maxBodyBytes;
    this.#report = report;
  }

  /** undici calls this in the same breath in which it writes; what fails later may have reached the participant. */
  onRequestStart(): void {
    this.#sent = true;
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    // Informational answers (103 and the like) come here too, and are overwritten by the one that counts.
    this.#status = status;
    this.#headers = headers;
    if (Number(headers['content-length']) > this.#maxBodyBytes) this.#cutOff(controller);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#ended) return;
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBodyBytes) this.#cutOff(controller);
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const only = this.#chunks.length === 1 ? this.#chunks[0] : undefined;
    const body = (only ?? Buffer.concat(this.#chunks)).toString('utf8');
    const reusable = one(this.#headers.connection)?.toLowerCase() !== 'close';
    this.#end({ kind: 'answered', answer: this.#answerWith(body), reusable });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#end({ kind: 'failed', error, sent: this.#sent });
  }

  #cutOff(controller: Dispatcher.DispatchController): void {
    this.#end({ kind: 'answered', answer: this.#answerWith(null), reusable: false });
    controller.abort(new errors.ResponseExceededMaxSizeError());
  }

  #answerWith(body: string | null): Answer {
    const { date } = this.#headers;
    return { status: this.#status, retryAfter: one(this.#headers['retry-after']), date: one(date), body };
  }

  #end(end: ExchangeEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#chunks = [];
    this.#report(end);
  }
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
