/** Callers that wait for an outcome. */
export { isSatisfied, type Until, Waiters, type WaitersView } from './waiters.js';
