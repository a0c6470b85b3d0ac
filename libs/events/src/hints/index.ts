/** Hints between nodes over NATS. */
export { NatsHints } from './nats-hints.js';
