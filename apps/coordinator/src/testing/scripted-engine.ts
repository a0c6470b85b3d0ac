/** An engine that answers what a test tells it to, for tests of the routes alone. */
import type { BeginRequest, TransactionEngine } from '@assent/engine';
import type { TransactionView } from '@assent/protocol';

const never = new Promise<never>(() => undefined);

/** An engine whose methods fail, but for those that `answers` brings. */
export function scriptedEngine(answers: Partial<TransactionEngine>): TransactionEngine {
  const unexpected = (method: string) => () => Promise.reject(new Error(`Nobody expected ${method}`));
  return {
    gaveUp: never,
    start: unexpected('start'),
    drain: unexpected('drain'),
    state: () => ({ ready: true, incarnation: '1', inMemory: 0, callsInAir: 0, queueRows: 0, waiters: 0 }),
    latestPolicy: unexpected('latestPolicy'),
    begin: unexpected('begin'),
    creatorOf: async () => null,
    repeatOf: async () => null,
    register: unexpected('register'),
    submit: unexpected('submit'),
    abort: unexpected('abort'),
    get: unexpected('get'),
    wait: unexpected('wait'),
    ...answers,
  };
}

/** The view of a transaction just accepted. */
export function viewOf(request: BeginRequest, changes: Partial<TransactionView> = {}): TransactionView {
  return {
    gid: request.gid,
    name: request.name,
    key: request.businessKey,
    pattern: request.definition.pattern,
    driver: request.definition.driver,
    policy: request.definition.policy,
    status: 'active',
    version: 1,
    mixed: false,
    paused: false,
    createdAtMs: Date.UTC(2026, 10, 22, 8),
    deadlineAtMs: Date.UTC(2026, 10, 22, 8, 0, 30),
    finishedAtMs: null,
    decision: null,
    branches: request.definition.branches.map((branch) => ({
      id: branch.id,
      ...branch.endpoint,
      after: branch.after,
      pivot: branch.pivot,
      run: branch.run,
      forward: { op: 'action', outcome: 'in_flight', attempts: 1 },
      end: null,
      attention: 'none',
    })),
    ...changes,
  };
}
