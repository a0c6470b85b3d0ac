/** Calls to branches (DESIGN section 5): the HTTP invoker, the egress policy, signatures and participant keys. */
export { type DocumentAnswer, DocumentReader } from './documents/index.js';
export {
  EgressDeniedError,
  type EgressOptions,
  EgressPolicy,
  type EgressProblem,
  formProblem,
  HostList,
  readOrigin,
} from './egress/index.js';
export { HttpBranchInvoker, type HttpBranchInvokerOptions } from './http/index.js';
export { defaultTransportLimits, type TransportLimits } from './limits.js';
export { NatsBranchInvoker, type NatsBranchInvokerOptions, NatsLink, type NatsLinkOptions } from './nats/index.js';
export {
  type AllowedOrigin,
  allowedOriginProblems,
  type NatsParticipant,
  natsParticipantProblems,
  type Participant,
  type ParticipantAddress,
  parseParticipantList,
  participantProblems,
} from './participants.js';
export { CONTRACT_UNSERVED, type ContractDirectory, RegistryBranchInvoker, type RegistryBranchInvokerOptions } from './registry/index.js';
export { type BranchTransport, type Load, RoutedInvoker } from './routing/index.js';
export { makeParticipantKey, participantKeyProblem, Signer, traceIdOf } from './signing/index.js';
export { type Webhook, type WebhookEnd, WebhookSender, type WebhookSenderOptions } from './webhooks/index.js';
