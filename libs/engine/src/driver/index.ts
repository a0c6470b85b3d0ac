/** Drives the transactions in this node's memory. */
export type { Landing } from './acknowledgement.js';
export { Driver, type DriverPorts } from './driver.js';
export { outcomeUnknown, storeUnavailable } from './expectations.js';
export { forwardOf, hasOutcome, RegistrationWatch } from './registration.js';
export { Resident } from './resident.js';
