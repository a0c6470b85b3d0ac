/**
 * The first statement of every flush. It raises 1048 by itself (NULL into a NOT NULL column, strict mode) when the node is not alive or
 * the packet is late, so that a flush may travel in one packet with its COMMIT. An incarnation that has no row raises nothing here;
 * `noteMoment`, right behind it, does. Index: primary. Guard: `state = 'alive' AND flushes = n`.
 */
import type { FlushBatch } from '@assent/engine';
import { bits, integer, NOW_MS } from './literals.js';

export function fence({ incarnation, flushes }: FlushBatch['fence']): string {
  const next = `IF(state='alive' AND flushes=${integer(flushes)},flushes+1,NULL)`;
  return `UPDATE coordinator_node SET flushes=${next},seen_at=${NOW_MS} WHERE incarnation=${bits(incarnation)}`;
}
