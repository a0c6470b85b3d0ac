/** The table of patterns (DESIGN section 2), one row per file. */
import type { Op, Pattern, PatternName } from '../model/patterns.js';
import { lra } from './lra.js';
import { message } from './message.js';
import { saga } from './saga.js';
import { tcc } from './tcc.js';
import { xa } from './xa.js';

export const patterns: Readonly<Record<PatternName, Pattern>> = { saga, tcc, xa, message, lra };

/** Every op that this pattern may ask of a branch, in the order of the table's columns. `check` is asked of the initiator and not listed. */
export function opsOf(name: PatternName): readonly Op[] {
  const row = patterns[name];
  const asked = row.asked === 'participant' ? row.askOp : null;
  return [row.forwardOp, row.commitOp, row.behindPivotOp, row.rollbackOp, asked, ...row.afterEnd].filter((op) => op !== null);
}
