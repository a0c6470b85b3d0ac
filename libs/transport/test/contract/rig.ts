/** What the suite of all transports needs of one: a participant whose answers a test scripts in words of no transport, and invokers that call it. */
import type { BranchInvoker } from '@assent/engine';
import type { TransportLimits } from '../../src/index.js';

/** What a participant says. `failed`: it broke. `overloaded`: come back later. */
export type Said =
  | { readonly kind: 'succeeded'; readonly result?: unknown }
  | { readonly kind: 'rejected'; readonly code: string; readonly message: string }
  | { readonly kind: 'pending'; readonly retryAfterMs?: number }
  | { readonly kind: 'overloaded'; readonly retryAfterMs: number }
  | { readonly kind: 'failed' };

/** A call as a participant hears it. */
export interface Heard {
  readonly contract: string;
  readonly op: string;
  /** Lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The payload, byte for byte. */
  readonly body: string;
}

export type Script = (say: (what: Said) => void, call: Heard) => void;

export interface InvokerWords {
  readonly concurrency?: number;
  readonly limits?: Partial<TransportLimits>;
  /** A second participant, `payment`, that answers with success. */
  readonly withPayment?: true;
}

export interface Rig {
  script: Script;
  readonly calls: Heard[];
  invoker(words?: InvokerWords): BranchInvoker & { loads(): ReadonlyMap<string, { readonly inFlight: number; readonly queued: number }> };
  stop(): Promise<void>;
}

export const succeed: Script = (say) => say({ kind: 'succeeded' });
