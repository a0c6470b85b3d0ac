/**
 * TCC: every branch first tries (reserves), then all confirm or all cancel. Branches are known at the start and tried by the coordinator,
 * or registered one by one by the initiator, who then decides; a registering service may run its try itself.
 */
import type { Pattern } from '../model/patterns.js';

export const tcc: Pattern = {
  name: 'tcc',
  forwardOp: 'try',
  forwardStartedBy: 'declared',
  commitOp: 'confirm',
  behindPivotOp: null,
  rollbackOp: 'cancel',
  asked: null,
  askOp: null,
  rollbackOrder: 'declared',
  onDeadline: 'abort',
  deadlineRequired: true,
  decidedBy: 'branches-or-initiator',
  afterEnd: [],
  failedAreTold: null,
};
