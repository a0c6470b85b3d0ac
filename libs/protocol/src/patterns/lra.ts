/**
 * LRA: participants join while they work; closing completes them, cancelling compensates them, preferably in reverse order of joining. Slow
 * ones are asked for their `status`; those that failed are told to `forget`, all are told `after` the end.
 */
import type { Pattern } from '../model/patterns.js';

export const lra: Pattern = {
  name: 'lra',
  forwardOp: null,
  forwardStartedBy: 'self',
  commitOp: 'complete',
  behindPivotOp: null,
  rollbackOp: 'compensate',
  asked: 'participant',
  askOp: 'status',
  rollbackOrder: 'preferred',
  onDeadline: 'abort',
  deadlineRequired: false,
  decidedBy: 'initiator',
  afterEnd: ['forget', 'after'],
  failedAreTold: 'forget',
};
