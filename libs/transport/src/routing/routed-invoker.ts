/** Several transports behind the one port: each participant is called by the transport that its configuration names. */
import type { BranchCall, BranchInvoker, CallEnd } from '@assent/engine';
import type { Endpoint } from '@assent/protocol';
import { participantOfContract } from '../participants.js';

/** How much is on its way to a participant. */
export interface Load {
  readonly inFlight: number;
  readonly queued: number;
}

/** A transport as the coordinator holds it: the port of the engine, and what gauges show. */
export interface BranchTransport extends BranchInvoker {
  /** Calls in the air and waiting, by participant or origin. */
  loads(): ReadonlyMap<string, Load>;
}

export class RoutedInvoker implements BranchTransport {
  readonly #otherwise: BranchTransport;
  readonly #byParticipant: ReadonlyMap<string, BranchTransport>;

  /** `otherwise` calls free URLs and every participant that `byParticipant` does not name. */
  constructor(otherwise: BranchTransport, byParticipant: ReadonlyMap<string, BranchTransport>) {
    this.#otherwise = otherwise;
    this.#byParticipant = byParticipant;
  }

  invoke(call: BranchCall, mayLeave: () => boolean): Promise<CallEnd> {
    return this.#transportOf(call.endpoint).invoke(call, mayLeave);
  }

  participantOf(endpoint: Endpoint): string {
    return this.#transportOf(endpoint).participantOf(endpoint);
  }

  loads(): ReadonlyMap<string, Load> {
    return new Map([...this.#transports()].flatMap((transport) => [...transport.loads()]));
  }

  async close(timeoutMs: number): Promise<void> {
    await Promise.all([...this.#transports()].map((transport) => transport.close(timeoutMs)));
  }

  #transportOf(endpoint: Endpoint): BranchTransport {
    if (!('contract' in endpoint)) return this.#otherwise;
    return this.#byParticipant.get(participantOfContract(endpoint.contract)) ?? this.#otherwise;
  }

  #transports(): Set<BranchTransport> {
    return new Set([this.#otherwise, ...this.#byParticipant.values()]);
  }
}
