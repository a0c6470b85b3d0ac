/** How branches are called: over HTTP, over NATS, or wherever they announce themselves, as the configuration says of each participant. */
import type { BranchCall } from '@assent/engine';
import type { NatsAddress } from '@assent/service';
import {
  type BranchTransport,
  type EgressPolicy,
  HttpBranchInvoker,
  NatsBranchInvoker,
  NatsLink,
  type Participant,
  RegistryBranchInvoker,
  RoutedInvoker,
} from '@assent/transport';
import type { Logger } from 'pino';
import { hearAnnouncements } from '../api/index.js';
import type { Registry } from '../registry/index.js';
import { systemClock } from './system-clock.js';

/** Where the configuration says that a participant is called over NATS, or announces itself. */
const OVER_NATS = 'nats:';
export const BY_REGISTRY = 'registry:';

export interface TransportParts {
  readonly nodeName: string;
  readonly participants: readonly Participant[];
  /** Origins of free URLs; `baseUrl` is the origin. */
  readonly origins: readonly Participant[];
  /** `null`: no participant is called over NATS. */
  readonly nats: NatsAddress | null;
  readonly registry: Registry;
  readonly egress: EgressPolicy;
  readonly limits: { readonly concurrency: number; readonly maxBodyBytes: number };
  readonly traceparentOf?: (call: BranchCall) => string;
  readonly logger: Logger;
}

/** The transports for these participants. Connections are opened when they are needed; without NATS its calls wait in their own time. */
export function openTransports(parts: TransportParts): BranchTransport {
  const at = (address: string) => parts.participants.filter(({ baseUrl }) => baseUrl === address);
  const [overNats, byRegistry] = [at(OVER_NATS), at(BY_REGISTRY)];
  const http = new HttpBranchInvoker({
    ...shared(parts),
    participants: parts.participants.filter(({ baseUrl }) => baseUrl.startsWith('http')),
    origins: parts.origins.map((origin) => ({ ...origin, origin: origin.baseUrl })),
    egress: parts.egress,
  });
  // Most coordinators call fixed addresses over HTTP only: nothing stands in between.
  if (overNats.length === 0 && byRegistry.length === 0) return http;
  const nats = natsFor([...overNats, ...byRegistry], parts);
  const routes = new Map<string, BranchTransport>();
  if (nats !== null) for (const { name } of overNats) routes.set(name, nats);
  if (byRegistry.length > 0) {
    const registry = registryFor(byRegistry, nats, parts);
    for (const { name } of byRegistry) routes.set(name, registry);
  }
  return new RoutedInvoker(http, routes);
}

function natsFor(participants: readonly Participant[], parts: TransportParts): NatsBranchInvoker | null {
  if (parts.nats === null) return null;
  const link = linkTo(parts.nats, parts);
  hearAnnouncements(link, parts.registry);
  return new NatsBranchInvoker({ ...shared(parts), participants, link });
}

function registryFor(participants: readonly Participant[], nats: BranchTransport | null, parts: TransportParts): RegistryBranchInvoker {
  const { egress, registry } = parts;
  return new RegistryBranchInvoker({
    participants,
    directory: registry.directory,
    open: (participant, baseUrl) =>
      new HttpBranchInvoker({ ...shared(parts), participants: [{ ...participant, baseUrl }], origins: [], egress }),
    nats,
    clock: systemClock,
  });
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
