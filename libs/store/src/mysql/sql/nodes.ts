/** A node's row: entering, leaving, and the witness of a lost commit. Index: primary, and (state, name) to find predecessors. */
import type { Incarnation } from '@assent/engine';
import { bits, integer, NOW_MS, text } from './literals.js';

interface Node {
  readonly incarnation: Incarnation;
  readonly name: string;
}

/** Earlier incarnations of the same name are dead the moment a new one is there. */
export function declarePredecessors({ incarnation, name }: Node): string {
  return `UPDATE coordinator_node SET state='dead' WHERE state='alive' AND name=${text(name)} AND incarnation<>${bits(incarnation)}`;
}

export function enterNode({ incarnation, name }: Node): string {
  const values = `${bits(incarnation)},${text(name)},'alive',0,${NOW_MS},${NOW_MS}`;
  return `INSERT INTO coordinator_node(incarnation,name,state,flushes,started_at,seen_at) VALUES (${values})`;
}

export function leaveNode(incarnation: Incarnation): string {
  return `UPDATE coordinator_node SET state='stopped' WHERE incarnation=${bits(incarnation)} AND state='alive'`;
}

/** Waits for the flush in question, if it is still open, and holds the row until the verdict is committed. */
export function lockNode(incarnation: Incarnation): string {
  return `SELECT name,state,flushes,${NOW_MS} AS nowMs FROM coordinator_node WHERE incarnation=${bits(incarnation)} FOR UPDATE`;
}

/** The verdict "it did not commit, and never will": a packet that arrives later finds another number. */
export function skipFlush(incarnation: Incarnation, flushes: number): string {
  return `UPDATE coordinator_node SET flushes=${integer(flushes)} WHERE incarnation=${bits(incarnation)}`;
}
