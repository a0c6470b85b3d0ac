/** The decorator with which a method becomes a consumer of events. It only notes down what was said; `find-handlers.ts` reads it. */
import type { Status } from '@assent/protocol';
import type { EntityManager } from 'typeorm';
import type { RetryRule } from './options.js';

export interface OnOutcomeOptions {
  /**
   * Name of the durable consumer: letters, digits, `-` and `_`. Instances of a service share it, so that one of them gets each event. Default: the
   * service's name, the class and the method. Renamed, it begins anew.
   */
  readonly consumer?: string;
  /** Only events of these statuses. Default: all. */
  readonly statuses?: readonly Status[];
  /**
   * `every`: each event is handled once, in whatever order they come. `newest`: one that is older than one already handled of its transaction is
   * skipped, for a handler that keeps how a transaction stands. Default `every`.
   */
  readonly takes?: 'every' | 'newest';
  readonly retry?: Partial<RetryRule>;
  /** Events of different transactions worked on at once by this instance. Default 8. */
  readonly concurrency?: number;
}

/** What a handler is told beside the event. */
export interface OutcomeContext {
  /** An entity manager inside the local transaction that already holds the inbox row: write through it, and through nothing else. */
  readonly manager: EntityManager;
  readonly consumer: string;
  /** Counts deliveries by the broker; 0 for a replay by hand. */
  readonly attempt: number;
}

export interface OutcomeDeclaration {
  readonly method: string;
  /** Of the transactions; `*` for those of any name. */
  readonly transaction: string;
  readonly options: OnOutcomeOptions;
}

const declarations = new WeakMap<object, OutcomeDeclaration[]>();

/**
 * The method is called as `(event: TransactionEvent, context: OutcomeContext)` for each event of transactions with this name (`*`: any name). It runs in a
 * local transaction; the event is acknowledged after its COMMIT. When it throws, everything is rolled back and the event comes again later.
 */
export function OnOutcome(transaction: string, options: OnOutcomeOptions = {}): MethodDecorator {
  return (prototype, method) => {
    const present = declarations.get(prototype) ?? [];
    declarations.set(prototype, [...present, { method: String(method), transaction, options }]);
  };
}

/** What a class declares, inherited methods included; nothing for a function that is no class. */
export function outcomesOf(type: { readonly prototype?: object }): readonly OutcomeDeclaration[] {
  const found: OutcomeDeclaration[] = [];
  for (let prototype = type.prototype ?? null; prototype !== null; prototype = Object.getPrototypeOf(prototype) as object | null) {
    found.push(...(declarations.get(prototype) ?? []));
  }
  return found;
}
