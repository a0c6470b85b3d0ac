/**
 * XA: a service registers its branch, works and prepares it in its own database; the coordinator commits or rolls back what was prepared.
 * A branch that only read is released by its vote.
 */
import type { Pattern } from '../model/patterns.js';

export const xa: Pattern = {
  name: 'xa',
  forwardOp: 'prepare',
  forwardStartedBy: 'self',
  commitOp: 'commit',
  behindPivotOp: null,
  rollbackOp: 'rollback',
  asked: null,
  askOp: null,
  rollbackOrder: 'none',
  onDeadline: 'abort',
  deadlineRequired: true,
  decidedBy: 'initiator',
  afterEnd: [],
  failedAreTold: null,
};
