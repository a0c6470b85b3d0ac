/**
 * Calls branches over HTTP (DESIGN section 5): finds out where a call goes, writes and signs it, and hands it to its destination. How it travels is in
 * `delivery.ts`, what its answer means in `answers.ts`.
 */
import type { BranchCall, BranchInvoker, CallEnd, Clock } from '@assent/engine';
import { type Endpoint, formatMessageId, header, isLegalId } from '@assent/protocol';
import type { Dispatcher } from 'undici';
import type { EgressPolicy } from '../egress/index.js';
import { defaultTransportLimits, type TransportLimits } from '../limits.js';
import { unknown } from '../outcomes/index.js';
import {
  type AllowedOrigin,
  allowedOriginProblems,
  type Participant,
  participantOfContract,
  participantProblems,
} from '../participants.js';
import { makeTraceparent, Signer } from '../signing/index.js';
import { targetOf } from './connection.js';
import type { DeliveryTerms, Order } from './delivery.js';
import { Destination } from './destination.js';

export interface HttpBranchInvokerOptions {
  readonly participants: readonly Participant[];
  /** Origins that branches may name by URL; the policy must allow them too. */
  readonly origins: readonly AllowedOrigin[];
  readonly egress: EgressPolicy;
  readonly clock: Clock;
  /** Milliseconds since the epoch, for the time stamp of signatures only: receivers compare it with their own wall clock. */
  readonly wallClockMs: () => number;
  /** The `traceparent` of a call. Default: the trace its transaction was begun with, handed on as it is, else one made of its gid. */
  readonly traceparentOf?: (call: BranchCall) => string;
  readonly limits?: Partial<TransportLimits>;
}

/** Where calls of one participant go and how they are signed. */
interface Route {
  readonly destination: Destination;
  readonly signer: Signer;
  /** Path of the base URL, without a slash at its end. */
  readonly prefix: string;
  /** The base URL's own host may be an address that the policy forbids. */
  readonly denied: string | null;
}

type Resolved =
  | { readonly route: Route; readonly path: string; readonly contract: string | null }
  | { readonly code: string; readonly detail: string };

const MAX_LABEL_LENGTH = 64;

export class HttpBranchInvoker implements BranchInvoker {
  readonly #options: HttpBranchInvokerOptions;
  readonly #limits: TransportLimits;
  readonly #traceparentOf: (call: BranchCall) => string;
  readonly #terms: DeliveryTerms;
  readonly #participants: ReadonlyMap<string, Route>;
  readonly #origins: ReadonlyMap<string, Route>;

  /** Throws `RangeError` naming everything that is wrong with the participants and origins, without their keys. */
  constructor(options: HttpBranchInvokerOptions) {
    const problems = [...options.participants.flatMap(participantProblems), ...options.origins.flatMap(allowedOriginProblems)];
    if (problems.length > 0) throw new RangeError(problems.join('\n'));
    this.#options = options;
    this.#traceparentOf = options.traceparentOf ?? ((call) => call.trace ?? makeTraceparent(call.gid));
    this.#limits = { ...defaultTransportLimits, ...options.limits };
    const { minRetryAfterMs, maxRetryAfterMs, maxBodyBytes } = this.#limits;
    this.#terms = {
      clock: options.clock,
      wallClockMs: options.wallClockMs,
      maxBodyBytes,
      retryAfter: { minMs: minRetryAfterMs, maxMs: maxRetryAfterMs },
    };
    this.#participants = new Map(options.participants.map((one) => [one.name, this.#routeTo(new URL(one.baseUrl), one)]));
    this.#origins = new Map(options.origins.map((one) => [new URL(one.origin).origin, this.#routeTo(new URL(one.origin), one)]));
  }

  invoke(call: BranchCall, mayLeave: () => boolean): Promise<CallEnd> {
    const resolved = this.#resolve(call);
    if ('code' in resolved) {
      return Promise.resolve({ kind: 'ended', outcome: unknown(resolved.code, resolved.detail), durationMs: 0 });
    }
    const { route, path, contract } = resolved;
    return new Promise((end) => {
      const write: Order['write'] = (remainingMs) => this.#write(call, route.signer, path, contract, remainingMs);
      route.destination.submit({ call, mayLeave, write, end });
    });
  }

  /** The name before the first dot of a contract; for URLs the host of the first one. Never longer than a name. */
  participantOf(endpoint: Endpoint): string {
    if ('contract' in endpoint) return participantOfContract(endpoint.contract);
    const [url] = Object.values(endpoint.urls);
    const host = url !== undefined && URL.canParse(url) ? new URL(url).host : '-';
    return host.slice(0, MAX_LABEL_LENGTH);
  }

  /** Calls in the air and waiting, by participant or origin: for gauges. */
  loads(): ReadonlyMap<string, { readonly inFlight: number; readonly queued: number }> {
    return new Map([...this.#participants, ...this.#origins].map(([name, route]) => [name, route.destination.load]));
  }

  async close(timeoutMs: number): Promise<void> {
    const destinations = [...this.#participants.values(), ...this.#origins.values()].map((route) => route.destination);
    const drained = Promise.all(destinations.map((destination) => destination.drain()));
    await new Promise<void>((resolve) => {
      const timer = this.#options.clock.after(timeoutMs, resolve);
      void drained.then(() => {
        timer.cancel();
        resolve();
      });
    });
    for (const destination of destinations) destination.destroy();
  }

  #resolve(call: BranchCall): Resolved {
    const { endpoint, op } = call;
    if ('contract' in endpoint) return this.#resolveContract(endpoint.contract, op);
    const urls: Readonly<Partial<Record<string, string>>> = endpoint.urls;
    const url = urls[op];
    if (url === undefined) return { code: 'url_missing', detail: `The branch names no URL for ${op}.` };
    return this.#resolveUrl(url);
  }

  #resolveContract(contract: string, op: string): Resolved {
    const name = participantOfContract(contract);
    const route = this.#participants.get(name);
    if (route === undefined || !isLegalId(contract)) {
      return { code: 'participant_unknown', detail: `No participant "${name}" is configured for the contract "${contract}".` };
    }
    if (route.denied !== null) return { code: 'egress_denied', detail: route.denied };
    return { route, path: `${route.prefix}/assent/${contract}/${op}`, contract };
  }

  #resolveUrl(text: string): Resolved {
    const problem = this.#options.egress.checkUrl(text);
    if (problem !== null) return { code: 'egress_denied', detail: problem.detail };
    const url = new URL(text);
    const route = this.#origins.get(url.origin);
    if (route === undefined) return { code: 'egress_denied', detail: `No key is configured for ${url.origin}.` };
    return { route, path: url.pathname + url.search, contract: null };
  }

  #routeTo(base: URL, of: { readonly key: string; readonly concurrency?: number }): Route {
    const { egress } = this.#options;
    const concurrency = of.concurrency ?? this.#limits.concurrency;
    const { maxQueued } = this.#limits;
    return {
      destination: new Destination({ target: targetOf(base), lookup: egress.lookup, concurrency, maxQueued }, this.#terms),
      signer: new Signer(of.key),
      prefix: base.pathname.replace(/\/+$/, ''),
      denied: egress.checkHost(base.hostname)?.detail ?? null,
    };
  }

  #write(call: BranchCall, signer: Signer, path: string, contract: string | null, remainingMs: number): Dispatcher.DispatchOptions {
    const body = Buffer.from(call.payload === '' ? '{}' : call.payload);
    const id = formatMessageId({ gid: call.gid, branch: call.branch, contract, op: call.op, attempt: call.attempt });
    const timestampSeconds = Math.floor(this.#options.wallClockMs() / 1_000);
    const headers = [
      'content-type',
      'application/json',
      header.timeoutMs,
      String(remainingMs),
      header.begun,
      String(call.begunAtMs),
      header.traceparent,
      this.#traceparentOf(call),
      header.id,
      id,
      header.timestamp,
      String(timestampSeconds),
      header.signature,
      signer.sign(id, timestampSeconds, body),
    ];
    return { method: 'POST', path, headers, body };
  }
}
