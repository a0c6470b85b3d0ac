/** How a transaction comes to be, and what every event does to it. */
export { begin } from './begin.js';
export { pendingDeadlineMs } from './deadline.js';
export { owesOnlyItsEnd } from './decide.js';
export { step } from './transitions.js';
