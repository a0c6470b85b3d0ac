/** What a service that consumes events is configured with. */
import type { NatsAddress } from '@assent/nats';

/** How often an event is delivered again to a handler that throws, and how long that waits in between. */
export interface RetryRule {
  /** Deliveries, the first one included; after the last one that fails the event becomes a dead letter. */
  readonly attempts: number;
  /** Milliseconds before the second delivery; each further wait is `multiplier` times longer, up to `capMs`. */
  readonly firstMs: number;
  readonly multiplier: number;
  readonly capMs: number;
}

/** Some 30 s in which what was missing may arrive or what was down may come back; a person decides about the rest. */
export const defaultRetryRule: RetryRule = { attempts: 6, firstMs: 500, multiplier: 3, capMs: 60_000 };

export interface OutcomesOptions {
  /** The service's name: the names of its consumers begin with it unless they are given. Letters, digits, `-` and `_`. */
  readonly name: string;
  /** `null`: nothing is consumed; dead letters can be seen and replayed all the same. */
  readonly nats: NatsAddress | null;
  readonly retry?: Partial<RetryRule>;
  /**
   * What the operator's requests about dead letters must carry as `Authorization: Bearer <key>`. Without one they are answered on loopback
   * connections only.
   */
  readonly operatorKey?: string | undefined;
  /** How long it is remembered which events were handled, in milliseconds. Longer than the stream keeps events. Default 30 days. */
  readonly retentionMs?: number;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** Where a service keeps its inbox. */
export interface OutcomesDataSource {
  /** The name of the TypeORM data source. Default `default`. */
  readonly dataSource?: string;
}

export const OUTCOMES_OPTIONS = Symbol('OutcomesOptions');

export const DEFAULT_INBOX_RETENTION_MS = 30 * 86_400_000;

/** How long to wait after delivery `attempt` (1 is the first) has failed, in milliseconds. */
export function retryDelayMs({ firstMs, multiplier, capMs }: RetryRule, attempt: number): number {
  return Math.round(Math.min(capMs, firstMs * multiplier ** (attempt - 1)));
}
