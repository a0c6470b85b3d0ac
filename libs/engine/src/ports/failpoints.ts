/** The port through which a process is hurt on purpose. Its names are shared with the barrier, so they live in the protocol. */
export { type FailpointName, type Failpoints, failpoints, noFailpoints } from '@assent/protocol';
