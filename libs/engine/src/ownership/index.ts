/** Who drives what: watching nodes, taking over, claiming what is due. */
export { Adoption } from './adoption.js';
export { Collector } from './collector.js';
export { Ramp } from './ramp.js';
export { Resting } from './resting.js';
export { Waker } from './waker.js';
export { Watch } from './watch.js';
