/** How branch calls arrive by HTTP, and the endpoint that answers them however they arrive. */
export { BranchEndpoint } from './branch-endpoint.js';
export { addBranchRoute, type OnUnexpected } from './branch-route.js';
export { type CallFields, callFields } from './call-fields.js';
export { type ProblemCode, ProblemError, problems } from './problems.js';
export { SignatureVerifier } from './signature.js';
