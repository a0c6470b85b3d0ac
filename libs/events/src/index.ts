/** Events on their way from the outbox to the company, and hints on their way between nodes (DESIGN section 7, "NATS carries hints and events"). */
export { NatsHints } from './hints/index.js';
export { JetStreamPublisher } from './jetstream/index.js';
export {
  defaultRelayOptions,
  type EventPublisher,
  PublishError,
  Relay,
  type RelayOptions,
  type RelayParts,
  type RelayReport,
} from './relay/index.js';
