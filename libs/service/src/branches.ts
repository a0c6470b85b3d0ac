/** Over what a service's branches are served: HTTP, NATS or both, as its environment says. */
import { z } from 'zod';
import { ConfigurationError, natsUrl } from './configuration.js';
import type { NatsAddress } from './nats-url.js';

/** Variables of every service with branches; spread into its schema. */
export const branchVariables = {
  /** Where NATS is; needed where branches are served over it. */
  ASSENT_NATS_URL: natsUrl.optional(),
  /** Over what the coordinator calls this service's branches. */
  ASSENT_BRANCHES_OVER: z.enum(['http', 'nats', 'both'], { error: 'must be http, nats or both' }).default('http'),
};

/** In the words of `ParticipantModule`. */
export interface BranchServing {
  readonly http: 'served' | 'off';
  readonly nats?: NatsAddress;
}

/** Throws `ConfigurationError` when NATS is asked for and nobody said where it is. */
export function branchServing(env: {
  readonly ASSENT_NATS_URL?: NatsAddress | undefined;
  readonly ASSENT_BRANCHES_OVER: 'http' | 'nats' | 'both';
}): BranchServing {
  const { ASSENT_NATS_URL: nats, ASSENT_BRANCHES_OVER: over } = env;
  if (over === 'http') return { http: 'served' };
  if (nats === undefined) {
    throw new ConfigurationError(
      `The configuration cannot be used:\n  - ASSENT_BRANCHES_OVER is "${over}", but ASSENT_NATS_URL is not set`,
    );
  }
  return { http: over === 'both' ? 'served' : 'off', nats };
}
