/**
 * Database time, read in the packet itself, and the second half of the fence: when the incarnation has no row (rows of incarnations are never
 * deleted, so this is an empty or a foreign database) the scalar subquery of two rows raises 1242, and the COMMIT behind it is never
 * reached. Index: primary.
 */
import type { Incarnation } from '@assent/engine';
import { bits, NOW_MS } from './literals.js';

export function nowOfFlush(incarnation: Incarnation): string {
  const entered = `EXISTS(SELECT 1 FROM coordinator_node WHERE incarnation=${bits(incarnation)})`;
  return `SELECT IF(${entered},${NOW_MS},(SELECT 1 UNION ALL SELECT 2)) AS nowMs`;
}
