/**
 * The states of an order: `placed` -> `confirmed` | `refused`. It leaves `placed` once, when the decision of its transaction is known to be
 * durable; a decision is never reversed, so neither is the order's outcome.
 */
import type { TransactionResult } from '@assent/client';

export type OrderStatus = 'placed' | 'confirmed' | 'refused';

export type OrderOutcome =
  | { readonly status: 'confirmed' }
  | { readonly status: 'refused'; readonly code: string; readonly message: string };

const longestCode = 64;
const longestMessage = 1_024;

/** What the decision of its transaction means for an order, or `null` while there is none. */
export function outcomeOf({ status, decision }: Pick<TransactionResult, 'status' | 'decision'>): OrderOutcome | null {
  switch (status) {
    case 'active':
      return null;
    case 'committing':
    case 'committed':
      return { status: 'confirmed' };
    case 'aborting':
    case 'aborted':
      return refused(decision?.reason?.code ?? 'aborted', decision?.reason?.message ?? '');
  }
}

export function refused(code: string, message: string): OrderOutcome {
  return { status: 'refused', code: code.slice(0, longestCode), message: message.slice(0, longestMessage) };
}
