/** How branch calls arrive by HTTP. */
export { BranchEndpoint } from './branch-endpoint.js';
export { addBranchRoute } from './branch-route.js';
export { SignatureVerifier } from './signature.js';
