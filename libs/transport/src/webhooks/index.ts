/** Webhooks: messages of the coordinator's own, to people's tools. */
export { type Webhook, type WebhookEnd, WebhookSender, type WebhookSenderOptions } from './webhook-sender.js';
