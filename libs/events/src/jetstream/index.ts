/** Events on NATS JetStream. */
export { JetStreamPublisher } from './jetstream-publisher.js';
