/** Drives the transactions in this node's memory. */
export type { Landing } from './acknowledgement.js';
export { Driver, type DriverPorts } from './driver.js';
export { storeUnavailable } from './expectations.js';
export { forwardOf, RegistrationWatch } from './registration.js';
export { Resident } from './resident.js';
