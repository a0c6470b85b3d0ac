/** What is carried along: one context per request, global transaction or branch call, seen by everything that runs on behalf of it. */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface TransactionContext {
  /** `undefined`: there is no transaction, only a trace. */
  readonly gid: string | undefined;
  /** What lets another service take part. */
  readonly joinToken: string | undefined;
  /** W3C trace context. */
  readonly traceparent: string | undefined;
  /**
   * `initiator`: began the transaction and will submit or abort it. `joined`: asked by one that takes part. `branch`: answers a call of the coordinator.
   * `observer`: handles an event. `none`: no transaction.
   */
  readonly role: 'initiator' | 'joined' | 'branch' | 'observer' | 'none';
  /** Branches whose try was seen to succeed by what runs here. */
  readonly branches: Set<string>;
}

const storage = new AsyncLocalStorage<TransactionContext>();

/** The context of the code that asks, or `undefined` outside of any. */
export function currentContext(): TransactionContext | undefined {
  return storage.getStore();
}

/** Runs `work`, and whatever it calls and awaits, in this context. */
export function runInContext<T>(context: Partial<TransactionContext>, work: () => T): T {
  const whole = {
    gid: undefined,
    joinToken: undefined,
    traceparent: undefined,
    role: 'none' as const,
    branches: new Set<string>(),
    ...context,
  };
  return storage.run(whole, work);
}
