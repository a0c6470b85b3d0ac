/**
 * Moves rows that take the very same step (most ends do): one `IN` list. FORCE INDEX, because the predicate on `owner` otherwise makes
 * MariaDB read every owned row by (owner). Guard: `version = old AND owner <=> known`. Index: primary.
 */
import type { Move } from '@assent/engine';
import { isFinalStatus } from '../../rows.js';
import { ascii, bits, flag, integer, nullable, text } from './literals.js';
import { MOMENT_MS } from './moment-of-flush.js';

/** Everything of a move but its gid: moves with the same key go into one statement. */
export function groupKey(move: Move): string {
  return `${move.fromVersion} ${move.knownOwner} ${setClause(move)}`;
}

/** @param moves at least one; all with the same `groupKey`. */
export function moveGroup(moves: readonly [Move, ...Move[]], flush: string): string {
  const [model] = moves;
  const gids = moves.map((move) => ascii(move.gid)).join(',');
  const guard = `version=${integer(model.fromVersion)} AND owner<=>${nullable(model.knownOwner, bits)}`;
  return `UPDATE global_transaction FORCE INDEX(PRIMARY) SET ${setClause(model)},flush=${bits(flush)} WHERE gid IN (${gids}) AND ${guard}`;
}

function setClause({ fromVersion, owner, dueAtMs, image }: Move): string {
  const ownership = `version=${integer(fromVersion + 1)},owner=${nullable(owner, bits)},due_at=${nullable(dueAtMs, integer)}`;
  if (image === null) return ownership;
  const state = `status=${ascii(image.status)},mixed=${flag(image.mixed)},paused=${flag(image.paused)},progress=${text(image.progress)}`;
  const definition = image.definition === undefined ? '' : `,definition=${text(image.definition)}`;
  const finished = isFinalStatus(image.status) ? `,finished_at=COALESCE(finished_at,${MOMENT_MS})` : '';
  return `${ownership},${state}${definition}${finished}`;
}
