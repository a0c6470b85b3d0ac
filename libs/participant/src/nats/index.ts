/** How branch calls arrive over NATS. */
export { BranchServer, type ParticipantNatsOptions } from './branch-server.js';
export type { BranchError } from './reply.js';
