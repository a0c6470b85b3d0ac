/** Failpoints in real processes: `ASSENT_FAILPOINT=driver.after-persist:crash@3` kills, stops or holds up the process that reads it. */
export { failpointsDocument } from './document.js';
export { type Arming, failpointsOf, parseFailpoints, refusedInProduction } from './parse.js';
export { ProcessFailpoints, type ProcessHarm } from './process-failpoints.js';
