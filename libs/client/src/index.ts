/** For initiators: begin, drive and await global transactions, and carry them from service to service. */

export { contextHeaders, currentContext, type TransactionContext } from '@assent/context';
export { AssentModule, type AssentModuleAsyncOptions } from './assent.module.js';
export { AssentClient, type AssentClientOptions, newGid } from './assent-client.js';
export { type GlobalTransactionOptions, OutsideTransaction, type TryOptions } from './builders/global-transaction.js';
export type { SagaBuilder, SagaStepOptions } from './builders/saga-builder.js';
export type { TccBranchOptions, TccBuilder } from './builders/tcc-builder.js';
export type { TransactionOptions } from './builders/transaction-options.js';
export type { AnyContracts, Contract, ContractMap, ContractName, PayloadOf, ResultOf } from './contracts.js';
export {
  AssentError,
  AssentRequestError,
  AssentUnavailableError,
  BranchRejectedError,
  BranchUndecidedError,
  type Problem,
} from './errors.js';
export type { Channel, HttpAnswer, HttpRequest } from './http-channel.js';
export { NoAnswer } from './http-channel.js';
export { assentFetch, GlobalTransaction, type GlobalTransactionMethodOptions, PropagationInterceptor } from './propagation/index.js';
export type { Ambient, RetryBounds } from './repetition.js';
export type { BeginRequest, BranchRequest, EndpointRequest, Milestone, PolicyRequest, RegisterRequest, Waiting } from './requests.js';
export type { Rejection, TransactionResult } from './transaction-result.js';
