/** What a simulated world is made of: time, chance, processes, faults, and a journal. */
export { type FaultClass, Faults, faultClasses, faultNames } from './faults.js';
export { Journal } from './journal.js';
export { Marks, marks } from './marks.js';
export { SimProcess } from './process.js';
export { SimRandom } from './random.js';
export { Timeline } from './timeline.js';
