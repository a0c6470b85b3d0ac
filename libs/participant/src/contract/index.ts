/** How a service declares its branches, and what their handlers are given. */
export type { Contract, Handler } from './branch-class.js';
export type { BranchContext, BranchOp } from './context.js';
export {
  Action,
  type BranchOptions,
  Cancel,
  Compensate,
  Confirm,
  declarationOf,
  SagaStep,
  type SagaStepOptions,
  TccBranch,
  Try,
} from './decorators.js';
export { type Checked, checkPayload, parsePayload } from './payload.js';
export { ContractRegistry } from './registry.js';
