/** The verdict on a flush whose acknowledgement was lost, from the number of flushes in the node's own row (DESIGN section 7). */
import type { NodeRow, Witness } from '@assent/engine';

/**
 * @param node the row, read under a lock that is held until the verdict is durable; `undefined` when there is none.
 * @param flushes the number the flush was fenced with. When the verdict is `not_committed` the caller stores its `flushes` before
 * it gives up the lock, so that a packet that arrives later finds another number.
 */
export function witnessOf(node: Pick<NodeRow, 'state' | 'flushes'> | undefined, flushes: number, nowMs: number): Witness {
  if (node === undefined) return { kind: 'alien', flushes: null };
  const offset = node.flushes - flushes;
  if (offset < 0 || offset > 2) return { kind: 'alien', flushes: node.flushes };
  if (node.state !== 'alive') return { kind: 'dead', committed: offset === 1 };
  return offset === 1 ? { kind: 'committed', nowMs } : { kind: 'not_committed', flushes: flushes + 2 };
}
