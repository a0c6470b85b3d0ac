/**
 * Two-phase message: delivered if and only if the initiator's local transaction committed. When its word is lost, the initiator is asked at
 * the deadline (`check`), and its answer decides.
 */
import type { Pattern } from '../model/patterns.js';

export const message: Pattern = {
  name: 'message',
  forwardOp: null,
  forwardStartedBy: 'self',
  commitOp: 'deliver',
  behindPivotOp: null,
  rollbackOp: null,
  asked: 'initiator',
  askOp: 'check',
  rollbackOrder: 'declared',
  onDeadline: 'ask',
  deadlineRequired: false,
  decidedBy: 'initiator',
  afterEnd: [],
  failedAreTold: null,
};
