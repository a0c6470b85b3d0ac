/** Calls to participants that announce themselves. */
export {
  CONTRACT_UNSERVED,
  type ContractDirectory,
  RegistryBranchInvoker,
  type RegistryBranchInvokerOptions,
} from './registry-branch-invoker.js';
