/** Transactions that the benchmark begins, as bodies of `POST /v1/transactions`. */
import { payload } from './work.js';

interface Branch {
  readonly id: string;
  readonly contract: string;
}

/** Longer than anything takes that is measured: a wait that runs out is a failure. */
const TIMEOUT_MS = 10_000;
const branchPayload = JSON.parse(payload) as object;

function transaction(pattern: 'saga' | 'tcc', branches: readonly Branch[], rest: object): string {
  return JSON.stringify({ name: 'bench', pattern, branches: branches.map((branch) => ({ ...branch, payload: branchPayload })), ...rest });
}

const untilFinal = { wait: 'final', timeoutMs: TIMEOUT_MS };
const deduct = { id: 'stock', contract: 'noop.deduct' };
const charge = { id: 'charge', contract: 'noop.charge' };

/** Two steps, one after the other: two calls. */
export const twoStepSaga = transaction('saga', [deduct, charge], untilFinal);

/** The same over NATS. */
export const natsSaga = transaction(
  'saga',
  [
    { id: 'stock', contract: 'natsnoop.deduct' },
    { id: 'charge', contract: 'natsnoop.charge' },
  ],
  untilFinal,
);

/** One step, at a participant that never answers; nobody waits. */
export const sagaThatHangs = transaction('saga', [{ id: 'stuck', contract: 'hanging.wait' }], {});

/** Two branches side by side: two tries, two confirms. */
export const twoBranchTcc = transaction(
  'tcc',
  [
    { id: 'stock', contract: 'noop.reserve' },
    { id: 'charge', contract: 'noop.freeze' },
  ],
  untilFinal,
);

/** The second step is refused and the first is undone: three calls. */
export const refusedSaga = transaction('saga', [deduct, { id: 'charge', contract: 'refuser.charge' }], untilFinal);

/** Two steps at two participants, `stock` and `wallet`; nobody waits. */
export function unwatchedSaga(policy: string): string {
  const branches = [
    { id: 'stock', contract: 'stock.deduct' },
    { id: 'charge', contract: 'wallet.charge' },
  ];
  return transaction('saga', branches, { policy });
}

/** Rests until its initiator goes on, or until the deadline of the policy. */
export function waitingForInitiator(policy: string): string {
  return JSON.stringify({ name: 'bench', pattern: 'tcc', driver: 'initiator', policy, branches: [] });
}
