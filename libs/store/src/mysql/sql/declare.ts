/**
 * Declares a node dead, unless it has flushed since it was last looked at, in two statements of the same flush. A node that was stopped inside a flush holds
 * its own row until the server ends its session, a lease later. Who waited for that row could flush nothing meanwhile, and would soon stand still itself, so
 * what is locked is left alone: the next look declares it again. Index: primary. Guard: `flushes = <last seen>`.
 */
import type { Declaration } from '@assent/engine';
import { bits, integer } from './literals.js';

/** The node that may be declared dead, or NULL. */
const STANDING_STILL = '@standing_still';

export function findStandingStill(declaration: Declaration): string {
  return `SET ${STANDING_STILL}=(${standingStill(declaration)})`;
}

/** The value of `findStandingStill`, for whoever wants to explain it. MySQL 8.0 and MariaDB 10.6 know SKIP LOCKED. */
export function standingStill({ incarnation, flushes }: Declaration): string {
  const guard = `incarnation=${bits(incarnation)} AND state='alive' AND flushes=${integer(flushes)}`;
  return `SELECT incarnation FROM coordinator_node FORCE INDEX(PRIMARY) WHERE ${guard} FOR UPDATE SKIP LOCKED`;
}

/** By the number that was found, and not by one in the text: a row that was not found is not waited for either. */
export const DECLARE_DEAD = `UPDATE coordinator_node SET state='dead' WHERE incarnation=${STANDING_STILL}`;
