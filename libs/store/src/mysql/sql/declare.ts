/** Declares a node dead, unless it has flushed since it was last looked at. Index: primary. Guard: `flushes = <last seen>`. */
import type { Declaration } from '@assent/engine';
import { bits, integer } from './literals.js';

export function declareDead({ incarnation, flushes }: Declaration): string {
  return `UPDATE coordinator_node SET state='dead' WHERE incarnation=${bits(incarnation)} AND state='alive' AND flushes=${integer(flushes)}`;
}
