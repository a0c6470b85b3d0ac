/**
 * The moment of a flush: database time, read once, so that every row that finishes by it and the node that sent it know the same. It is also
 * the second half of the fence: when the incarnation has no row (rows of incarnations are never deleted, so this is an empty or a foreign
 * database) the scalar subquery of two rows raises 1242, and nothing behind it is reached. Index: primary.
 */
import type { Incarnation } from '@assent/engine';
import { bits, NOW_MS } from './literals.js';

/** The moment of the flush in milliseconds, behind `noteMoment` in its packet. */
export const MOMENT_MS = '@moment_of_flush';

export function noteMoment(incarnation: Incarnation): string {
  return `SET ${MOMENT_MS}=${momentIfEntered(incarnation)}`;
}

/** The value of `noteMoment`, for whoever wants to explain it. */
export function momentIfEntered(incarnation: Incarnation): string {
  const entered = `EXISTS(SELECT 1 FROM coordinator_node WHERE incarnation=${bits(incarnation)})`;
  return `IF(${entered},${NOW_MS},(SELECT 1 UNION ALL SELECT 2))`;
}

export const TELL_MOMENT = `SELECT ${MOMENT_MS} AS nowMs`;
