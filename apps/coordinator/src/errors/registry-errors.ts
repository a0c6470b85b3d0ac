/** Announcements of services that are not heard. */
import type { ErrorEntry } from './entry.js';

export const registryErrors = {
  announcement_not_signed: {
    status: 401,
    title: 'The announcement is not signed by the participant it names',
    help: 'Sign the RFC 8785 form of the body with the key of the participant, as a Standard Webhook, within five minutes. The participant must be configured here.',
  },
  announcement_repeated: {
    status: 409,
    title: 'The announcement is not new',
    help: 'Sign every announcement anew, with the time of now and an id of its own. After the clock of an instance was set back, it is heard again once it has passed the time of its last announcement.',
  },
  name_reserved: {
    status: 422,
    title: 'The participant has the name that events have',
    help: 'Give the participant another name: over NATS the subjects `assent.tx.*` are those of events.',
  },
  not_your_name: {
    status: 403,
    title: 'A participant announces only contracts of its own name',
    help: 'Begin the name of every contract with the name of the participant and a dot.',
  },
  endpoint_not_allowed: {
    status: 422,
    title: 'The endpoint may not be called',
    help: 'Announce a base URL on a host that ASSENT_REGISTRY_HOSTS names, or `nats:`. Loopback is for development; link-local, metadata and multicast addresses are never called.',
  },
  too_many_instances: {
    status: 422,
    title: 'The participant has too many instances',
    help: 'Give an instance that is restarted the name it had, or let instances say that they leave.',
  },
} as const satisfies Record<string, ErrorEntry>;
