/**
 * One call, from the moment it has a place until it has ended: wait for the connection, ask once more whether it may leave, send, and end in time.
 * Exactly one end is reported, at the latest `timeoutMs` after the start.
 */
import type { BranchCall, CallEnd, Clock, Timer } from '@assent/engine';
import type { Outcome } from '@assent/protocol';
import type { Msg } from '@nats-io/transport-node';
import { unknown } from '../outcomes/index.js';
import { type AnswerBounds, outcomeOf } from './answers.js';
import type { NatsLink, NatsRequest } from './link.js';

/** A call on its way, with the places to ask and to tell. */
export interface Order {
  readonly call: BranchCall;
  readonly id: string;
  readonly mayLeave: () => boolean;
  /** Writes the request at the moment of sending; `remainingMs` of the call's time are left. */
  readonly write: (remainingMs: number) => NatsRequest;
  readonly end: (end: CallEnd) => void;
}

/** What every delivery of a transport shares. */
export interface DeliveryTerms {
  readonly link: NatsLink;
  readonly clock: Clock;
  readonly bounds: AnswerBounds;
}

/** The longest delay a timer of Node can hold. */
const MAX_TIMER_MS = 2_147_483_647;
/** The status with which a server says that nobody listens to a subject. */
const NO_RESPONDERS = 503;

export class Delivery {
  readonly #order: Order;
  readonly #terms: DeliveryTerms;
  readonly #done: () => void;
  readonly #timeoutMs: number;
  #startedMs = 0;
  #timer: Timer | null = null;
  #sent = false;
  #ended = false;
  #forget: () => void = () => undefined;

  /** `done` is called after the order's own end, when the place is free again. */
  constructor(order: Order, terms: DeliveryTerms, done: () => void) {
    this.#order = order;
    this.#terms = terms;
    this.#done = done;
    this.#timeoutMs = Math.min(MAX_TIMER_MS, Math.max(1, Math.floor(order.call.timeoutMs)));
  }

  start(): void {
    const { clock, link } = this.#terms;
    this.#startedMs = clock.monotonicMs();
    // One more turn of the event loop: an answer that is already in the socket of a busy process is not a timeout.
    this.#timer = clock.after(this.#timeoutMs, () => clock.soon(() => this.#timedOut()));
    if (link.connected) this.#send();
    else this.#forget = link.whenConnected(() => this.#send());
  }

  /** Ends the call now, whatever became of it. */
  abandon(code: string, message: string): void {
    if (!this.#ended) this.#endWith(unknown(code, message));
  }

  #send(): void {
    if (this.#ended) return;
    if (!this.#order.mayLeave()) {
      this.#finish({ kind: 'withdrawn' });
      return;
    }
    this.#sent = true;
    try {
      this.#forget = this.#terms.link.request(this.#order.write(Math.max(1, Math.floor(this.#timeoutMs - this.#elapsedMs()))), {
        replied: (message) => this.#replied(message),
        broken: () => this.abandon('reset', 'the connection to NATS broke before the answer came'),
      });
    } catch (error) {
      // Nothing left: the client refuses a message that the server would not take.
      this.abandon('bad_call', error instanceof Error ? error.message : String(error));
    }
  }

  #replied(message: Msg): void {
    if (this.#ended) return;
    if (message.headers?.code === NO_RESPONDERS && message.data.length === 0) {
      this.#endWith(unknown('no_responders', 'nobody serves this contract on NATS'));
      return;
    }
    this.#endWith(outcomeOf(message.string(), this.#order.id, this.#terms.bounds));
  }

  #timedOut(): void {
    if (this.#sent) this.abandon('timeout', `no answer within ${this.#timeoutMs} ms`);
    else this.abandon('connect_failed', `no connection to NATS within ${this.#timeoutMs} ms`);
  }

  #endWith(outcome: Outcome): void {
    this.#finish({ kind: 'ended', outcome, durationMs: this.#elapsedMs() });
  }

  #finish(end: CallEnd): void {
    this.#ended = true;
    this.#timer?.cancel();
    this.#forget();
    this.#order.end(end);
    this.#done();
  }

  #elapsedMs(): number {
    return this.#terms.clock.monotonicMs() - this.#startedMs;
  }
}
