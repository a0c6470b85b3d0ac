/** Builders for calls and invokers, and a wait on a condition. */
import type { BranchCall, CallEnd, Clock } from '@assent/engine';
import type { Outcome } from '@assent/protocol';
import { EgressPolicy, HttpBranchInvoker, type HttpBranchInvokerOptions, makeParticipantKey } from '../src/index.js';

export const realClock: Clock = {
  monotonicMs: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
  soon: (run) => void setImmediate(run),
};

export const key = makeParticipantKey();
export const always = () => true;

export function aCall(of: Partial<BranchCall> = {}): BranchCall {
  return {
    gid: '0199c2f0-0000-7000-8000-000000000001',
    branch: 'stock',
    op: 'try',
    attempt: 1,
    endpoint: { contract: 'inventory.reserve' },
    payload: '{"sku":"tea"}',
    timeoutMs: 2_000,
    begunAtMs: 1_700_000_000_000,
    ...of,
  };
}

/** An invoker for one participant `inventory`, in development unless told otherwise. */
export function anInvoker(baseUrl: string, of: Partial<HttpBranchInvokerOptions> & { concurrency?: number } = {}): HttpBranchInvoker {
  const { concurrency, ...options } = of;
  return new HttpBranchInvoker({
    participants: [{ name: 'inventory', baseUrl, key, ...(concurrency === undefined ? {} : { concurrency }) }],
    origins: [],
    egress: new EgressPolicy({ allowLoopback: true, allowedOrigins: [] }),
    clock: realClock,
    wallClockMs: Date.now,
    ...options,
  });
}

/** The outcome of a call that was not withdrawn. */
export function outcomeIn(end: CallEnd): Outcome {
  if (end.kind === 'withdrawn') throw new Error('the call was withdrawn');
  return end.outcome;
}

/** Waits until `holds` does, at most five seconds. */
export async function eventually(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`did not come true within 5 s: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
