/** One consumer: which events it takes, and what it does with them. */
import type { Status, TransactionEvent } from '@assent/protocol';
import type { OnOutcomeOptions, OutcomeContext, OutcomeDeclaration } from './on-outcome.js';
import { defaultRetryRule, type RetryRule } from './options.js';

export interface OutcomeHandler {
  readonly consumer: string;
  /** `*`: any. */
  readonly transaction: string;
  readonly statuses: ReadonlySet<Status> | null;
  readonly takes: 'every' | 'newest';
  readonly retry: RetryRule;
  readonly concurrency: number;
  readonly handle: (event: TransactionEvent, context: OutcomeContext) => unknown;
}

/** What NATS permits in the name of a durable consumer, and a column holds. */
const CONSUMER = /^[A-Za-z0-9_-]{1,64}$/;
const DEFAULT_CONCURRENCY = 8;

/** Throws with one line when the name of the consumer cannot be one. */
export function handlerOf(
  service: { readonly name: string; readonly retry: Partial<RetryRule> },
  { method, transaction, options }: OutcomeDeclaration,
  instance: object,
): OutcomeHandler {
  const type = instance.constructor.name;
  const consumer = options.consumer ?? `${service.name}-${type}-${method}`;
  if (!CONSUMER.test(consumer)) {
    throw new Error(`${type}.${method} consumes as "${consumer}": a name has 1 to 64 letters, digits, "-" and "_"; say consumer: '...'`);
  }
  const run = (instance as Record<string, OutcomeHandler['handle']>)[method] as OutcomeHandler['handle'];
  return {
    consumer,
    transaction,
    statuses: options.statuses === undefined ? null : new Set(options.statuses),
    takes: options.takes ?? 'every',
    retry: { ...defaultRetryRule, ...service.retry, ...options.retry },
    concurrency: concurrencyOf(options),
    handle: (event, context) => run.call(instance, event, context),
  };
}

/** True when the handler wants this event. */
export function wants({ transaction, statuses }: OutcomeHandler, { name, status }: TransactionEvent): boolean {
  return (transaction === '*' || transaction === name) && (statuses === null || statuses.has(status));
}

function concurrencyOf({ concurrency = DEFAULT_CONCURRENCY }: OnOutcomeOptions): number {
  return Math.max(1, Math.floor(concurrency));
}
