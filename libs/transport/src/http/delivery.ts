/**
 * One call, from the moment it has a lane until it has ended: connect, ask once more whether it may leave, send, and end in time. Exactly one end
 * is reported, at the latest `timeoutMs` after the start.
 */
import type { BranchCall, CallEnd, Clock, Timer } from '@assent/engine';
import type { Outcome } from '@assent/protocol';
import { type Dispatcher, errors } from 'undici';
import { unknown } from '../outcomes/index.js';
import { outcomeOf } from './answers.js';
import { Exchange, type ExchangeEnd } from './exchange.js';
import type { Lane } from './lane.js';
import type { RetryAfterBounds } from './retry-after.js';

/** A call on its way, with the places to ask and to tell. */
export interface Order {
  readonly call: BranchCall;
  readonly mayLeave: () => boolean;
  /** Writes the request at the moment of sending; `remainingMs` of the call's time are left. */
  readonly write: (remainingMs: number) => Dispatcher.DispatchOptions;
  readonly end: (end: CallEnd) => void;
}

/** What every delivery of a transport shares. */
export interface DeliveryTerms {
  readonly clock: Clock;
  /** For `Retry-After` dates of answers without a `Date`. */
  readonly wallClockMs: () => number;
  readonly maxBodyBytes: number;
  readonly retryAfter: RetryAfterBounds;
}

/** The longest delay a timer of Node can hold. */
const MAX_TIMER_MS = 2_147_483_647;

export class Delivery {
  readonly #order: Order;
  readonly #lane: Lane;
  readonly #terms: DeliveryTerms;
  readonly #done: () => void;
  readonly #timeoutMs: number;
  #startedMs = 0;
  #timer: Timer | null = null;
  #dispatched = false;
  #repeated = false;
  #ended = false;

  /** `done` is called after the order's own end, when the lane is free again. */
  constructor(order: Order, lane: Lane, terms: DeliveryTerms, done: () => void) {
    this.#order = order;
    this.#lane = lane;
    this.#terms = terms;
    this.#done = done;
    this.#timeoutMs = Math.min(MAX_TIMER_MS, Math.max(1, Math.floor(order.call.timeoutMs)));
  }

  start(): void {
    const { clock } = this.#terms;
    this.#startedMs = clock.monotonicMs();
    // One more turn of the event loop: an answer that is already in the socket of a busy process is not a timeout.
    this.#timer = clock.after(this.#timeoutMs, () => clock.soon(() => this.#timedOut()));
    this.#leave();
  }

  /** Ends the call now, whatever became of it. */
  abandon(code: string, message: string): void {
    if (this.#ended) return;
    this.#lane.drop();
    this.#endWith(unknown(code, message));
  }

  #leave(): void {
    if (this.#lane.connected) this.#send();
    else this.#lane.connect((error) => (error === null ? this.#send() : this.#notConnected(error)));
  }

  #send(): void {
    if (this.#ended) return;
    if (!this.#order.mayLeave()) {
      this.#finish({ kind: 'withdrawn' });
      return;
    }
    this.#dispatched = true;
    this.#lane.dispatch(
      this.#order.write(Math.max(1, Math.floor(this.#timeoutMs - this.#elapsedMs()))),
      new Exchange(this.#terms.maxBodyBytes, (end) => this.#exchanged(end)),
    );
  }

  #exchanged(end: ExchangeEnd): void {
    if (this.#ended) return;
    if (end.kind === 'answered') {
      if (end.answer.body === null) this.#lane.drop();
      else if (!end.reusable) this.#lane.retire();
      this.#endWith(outcomeOf(end.answer, { wallClockMs: this.#terms.wallClockMs(), retryAfter: this.#terms.retryAfter }));
      return;
    }
    this.#lane.drop();
    if (end.sent || this.#repeated) {
      this.#endWith(failureOf(end.error));
      return;
    }
    // Not one byte was written: the server had closed the idle connection. Once more, on a fresh one.
    this.#repeated = true;
    this.#dispatched = false;
    this.#leave();
  }

  #notConnected(error: Error): void {
    if (this.#ended) return;
    const denied = 'code' in error && error.code === 'EGRESS_DENIED';
    this.#endWith(unknown(denied ? 'egress_denied' : 'connect_failed', messageOf(error)));
  }

  #timedOut(): void {
    if (this.#dispatched) this.abandon('timeout', `no whole answer within ${this.#timeoutMs} ms`);
    else this.abandon('connect_failed', `no connection within ${this.#timeoutMs} ms`);
  }

  #endWith(outcome: Outcome): void {
    this.#finish({ kind: 'ended', outcome, durationMs: this.#elapsedMs() });
  }

  #finish(end: CallEnd): void {
    this.#ended = true;
    this.#timer?.cancel();
    this.#order.end(end);
    this.#done();
  }

  #elapsedMs(): number {
    return this.#terms.clock.monotonicMs() - this.#startedMs;
  }
}

/** What an error after the request left says. A broken connection may have carried the request: `reset`. A broken answer: `bad_answer`. */
function failureOf(error: Error): Outcome {
  const isBadAnswer =
    error instanceof errors.HTTPParserError ||
    error instanceof errors.HeadersOverflowError ||
    error instanceof errors.ResponseContentLengthMismatchError ||
    error instanceof errors.NotSupportedError;
  if (isBadAnswer) return unknown('bad_answer', `the answer is not readable HTTP: ${messageOf(error)}`);
  if (error instanceof errors.InvalidArgumentError) return unknown('bad_call', messageOf(error));
  return unknown('reset', messageOf(error));
}

/** Errors of several connection attempts (IPv4, IPv6) come as an aggregate without a message of its own. */
function messageOf(error: Error): string {
  if (error.message !== '') return error.message;
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  return first instanceof Error ? first.message : error.name;
}
