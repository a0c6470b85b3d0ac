/** Reading JSON from strangers. */
export { MAX_DEPTH, parseBody } from './check-json.js';
