/** Which transport calls whom. */
export { type BranchTransport, type Load, RoutedInvoker } from './routed-invoker.js';
