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
  /** To whom this instance announces itself: base URLs of coordinators, comma separated, or `nats`. Absent: to nobody. */
  ASSENT_ANNOUNCE_TO: z.string().optional(),
  /** The base URL at which this instance is called, where its branches are served over HTTP. */
  ASSENT_ANNOUNCE_AS: z.url({ error: 'must be a base URL' }).optional(),
};

/** In the words of `ParticipantModule`. */
export interface BranchServing {
  readonly http: 'served' | 'off';
  readonly nats?: NatsAddress;
  readonly announce?: { readonly coordinators: readonly string[]; readonly endpoints: readonly string[] };
}

interface BranchEnvironment {
  readonly ASSENT_NATS_URL?: NatsAddress | undefined;
  readonly ASSENT_BRANCHES_OVER: 'http' | 'nats' | 'both';
  readonly ASSENT_ANNOUNCE_TO?: string | undefined;
  readonly ASSENT_ANNOUNCE_AS?: string | undefined;
}

/** Throws `ConfigurationError` when NATS is asked for and nobody said where it is, or an announcement names no way to be called. */
export function branchServing(env: BranchEnvironment): BranchServing {
  const { ASSENT_NATS_URL: nats, ASSENT_BRANCHES_OVER: over } = env;
  const announce = announcementOf(env);
  if (over === 'http') return { http: 'served', ...announce };
  if (nats === undefined) throw refusal(`ASSENT_BRANCHES_OVER is "${over}", but ASSENT_NATS_URL is not set`);
  return { http: over === 'both' ? 'served' : 'off', nats, ...announce };
}

function announcementOf({
  ASSENT_ANNOUNCE_TO: to,
  ASSENT_ANNOUNCE_AS: as,
  ASSENT_BRANCHES_OVER: over,
}: BranchEnvironment): Pick<BranchServing, 'announce'> {
  if (to === undefined) return {};
  const endpoints = [...(as !== undefined && over !== 'nats' ? [as] : []), ...(over === 'http' ? [] : ['nats:'])];
  if (endpoints.length === 0)
    throw refusal('ASSENT_ANNOUNCE_TO is set, but ASSENT_ANNOUNCE_AS does not say at which URL this instance is called');
  if (to === 'nats' && over === 'http') throw refusal('ASSENT_ANNOUNCE_TO is "nats", but branches are not served over NATS');
  const coordinators = to === 'nats' ? [] : to.split(',').map((url) => url.trim());
  return { announce: { coordinators, endpoints } };
}

function refusal(problem: string): ConfigurationError {
  return new ConfigurationError(`The configuration cannot be used:\n  - ${problem}`);
}
