/** What a broken promise is called, and what is seen of a branch from outside. */
import type { BranchId } from '../model/ids.js';

/** The ids of DESIGN section 3 that can be judged from a transaction's states and its branches' own databases. */
export type InvariantId = 'A' | 'I' | 'E' | 'L' | 'D' | 'S' | 'M';

export interface Violation {
  readonly invariant: InvariantId;
  readonly branch: BranchId | null;
  readonly says: string;
}

/** What a branch's own database says of one transaction: how often each kind of op took effect. An empty rollback is no effect. */
export interface BranchObservation {
  readonly branch: BranchId;
  readonly forward: number;
  readonly commit: number;
  readonly rollback: number;
  /** The barrier holds a rollback, with an effect or empty: no forward op may take effect any more. */
  readonly sealed: boolean;
}

export function violation(invariant: InvariantId, branch: BranchId | null, says: string): Violation {
  return { invariant, branch, says };
}
