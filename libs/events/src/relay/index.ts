/** Moves events from the outbox to a broker. */
export { type EventPublisher, PublishError } from './event-publisher.js';
export { defaultRelayOptions, Relay, type RelayOptions, type RelayParts, type RelayReport } from './relay.js';
