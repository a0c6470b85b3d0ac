/** How branches are called: over HTTP, over NATS, or both, as the configuration says of each participant. */
import type { BranchCall } from '@assent/engine';
import type { NatsAddress } from '@assent/service';
import {
  type BranchTransport,
  type EgressPolicy,
  HttpBranchInvoker,
  NatsBranchInvoker,
  NatsLink,
  type Participant,
  RoutedInvoker,
} from '@assent/transport';
import type { Logger } from 'pino';
import { systemClock } from './system-clock.js';

/** Where the configuration says that a participant is called over NATS. */
const OVER_NATS = 'nats:';

export interface TransportParts {
  readonly nodeName: string;
  readonly participants: readonly Participant[];
  /** Origins of free URLs; `baseUrl` is the origin. */
  readonly origins: readonly Participant[];
  /** `null`: no participant is called over NATS. */
  readonly nats: NatsAddress | null;
  readonly egress: EgressPolicy;
  readonly limits: { readonly concurrency: number; readonly maxBodyBytes: number };
  readonly traceparentOf?: (call: BranchCall) => string;
  readonly logger: Logger;
}

/** The transports for these participants. Connections are opened when they are needed; without NATS its calls wait in their own time. */
export function openTransports(parts: TransportParts): BranchTransport {
  const overNats = parts.participants.filter(({ baseUrl }) => baseUrl === OVER_NATS);
  const http = new HttpBranchInvoker({
    ...shared(parts),
    participants: parts.participants.filter(({ baseUrl }) => baseUrl !== OVER_NATS),
    origins: parts.origins.map((origin) => ({ ...origin, origin: origin.baseUrl })),
    egress: parts.egress,
  });
  // Most coordinators call over HTTP only: nothing stands in between.
  if (overNats.length === 0 || parts.nats === null) return http;
  const nats = new NatsBranchInvoker({ ...shared(parts), participants: overNats, link: linkTo(parts.nats, parts) });
  return new RoutedInvoker(http, new Map(overNats.map(({ name }) => [name, nats])));
}

function shared({ limits, traceparentOf }: TransportParts) {
  return { clock: systemClock, wallClockMs: () => Date.now(), limits, ...(traceparentOf !== undefined && { traceparentOf }) };
}

function linkTo(address: NatsAddress, { nodeName, logger }: TransportParts): NatsLink {
  return NatsLink.open({
    address,
    name: `assent ${nodeName} calls`,
    onChange: (state, detail) => {
      if (state === 'connected') logger.info({ code: 'nats_connected', server: detail }, 'branches are called over NATS');
      else logger.warn({ code: 'nats_away', detail }, 'NATS is away: calls over it wait or fail until it is back');
    },
  });
}
