/** What coordinator and participants share about NATS beside branch calls: a connection that comes back, and the stream that holds events. */
export { type NatsAddress, NatsBrokenError, NatsClient, type NatsClientOptions, NatsClosedError } from './client.js';
export { EVENT_STREAM, EVENT_SUBJECTS, type EventStreamOptions, ensureEventStream } from './event-stream.js';
