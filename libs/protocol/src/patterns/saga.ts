/**
 * SAGA: steps run in a declared graph, each undone by its `compensate` in strict reverse order. At most one step is the pivot: it cannot be
 * undone, its success decides to commit, and what lies behind it is delivered.
 */
import type { Pattern } from '../model/patterns.js';

export const saga: Pattern = {
  name: 'saga',
  forwardOp: 'action',
  forwardStartedBy: 'declared',
  commitOp: null,
  behindPivotOp: 'deliver',
  rollbackOp: 'compensate',
  asked: null,
  askOp: null,
  rollbackOrder: 'strict',
  onDeadline: 'abort',
  deadlineRequired: false,
  decidedBy: 'branches',
  afterEnd: [],
  failedAreTold: null,
};
