/** One row on its way into the store, as the writer sees it. */
import type { Batch } from './batch.js';

/**
 * What waits in the writer's queue: at most one per gid. The row is made when the batch is cut, from the newest state; so a newer image
 * takes the place of an older one, and what hung on the older one leaves with it, by construction.
 */
export interface WriteItem {
  readonly gid: string;
  /** Adds its row and side rows to the batch. False when there is nothing left to write. Never throws. */
  write(batch: Batch): boolean;
  /** The row has moved. Called before the next batch is cut: notes what is durable, and nothing else. */
  confirm(nowMs: number): void;
  /** The row has moved, and the next flush is on its way: acts on it. */
  landed(): void;
  /** The guard did not match: somebody else moved the row. */
  unmoved(): void;
  /** Proven not to have been written; the item is in the queue again, and the next batch takes its newest state. */
  returned(): void;
  /** A begin whose gid exists already. Nothing of it was written. */
  duplicate(): void;
  /** The store refuses this very row. Nothing of it was written. */
  unstorable(message: string): void;
}
