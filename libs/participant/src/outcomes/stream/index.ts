/** Events from NATS JetStream. */
export { OutcomeSubscription, type SubscriptionParts } from './subscription.js';
