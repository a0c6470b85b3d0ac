/**
 * Calls participants wherever their instances announce themselves: of those that serve a contract, the one with the fewest calls in the air. An
 * instance that could not be reached is passed over for a while; a call that did not leave for that reason goes to the next one at once.
 */
import type { BranchCall, BranchInvoker, CallEnd, Clock } from '@assent/engine';
import type { Endpoint } from '@assent/protocol';
import { unknown } from '../outcomes/index.js';
import { type NatsParticipant, participantOfContract } from '../participants.js';
import type { BranchTransport, Load } from '../routing/index.js';

/** Who serves what, from memory: asked for every call. */
export interface ContractDirectory {
  /** Base URLs, and `nats:`, of the instances that serve a contract and may be called; empty: nobody does. */
  endpointsOf(contract: string): readonly string[];
}

export interface RegistryBranchInvokerOptions {
  readonly participants: readonly NatsParticipant[];
  readonly directory: ContractDirectory;
  /** Opens the way to one instance; the limit of concurrency is of each instance. */
  readonly open: (participant: NatsParticipant, baseUrl: string) => BranchTransport;
  /** For instances that announce themselves over NATS; `null` where there is none. Closed with this one. */
  readonly nats: BranchTransport | null;
  readonly clock: Clock;
}

/** The way to one instance. */
interface Instance {
  readonly transport: BranchInvoker;
  inFlight: number;
  passedOverUntilMs: number;
}

/** The code of a call for a contract that nobody announces. */
export const CONTRACT_UNSERVED = 'contract_unserved';
const OVER_NATS = 'nats:';
/** How long an instance that did not answer is asked last. */
const PASS_OVER_MS = 5_000;
/** Outcomes that speak against an instance rather than against the work. */
const SPEAKS_AGAINST = new Set(['connect_failed', 'timeout', 'reset']);
/** Ways to instances that are gone are closed when there are this many more than needed. */
const MOST_GONE = 16;

export class RegistryBranchInvoker implements BranchTransport {
  readonly #options: RegistryBranchInvokerOptions;
  readonly #participants: ReadonlyMap<string, NatsParticipant>;
  readonly #instances = new Map<string, Instance>();
  #closing = false;

  constructor(options: RegistryBranchInvokerOptions) {
    this.#options = options;
    this.#participants = new Map(options.participants.map((participant) => [participant.name, participant]));
  }

  async invoke(call: BranchCall, mayLeave: () => boolean): Promise<CallEnd> {
    const contract = 'contract' in call.endpoint ? call.endpoint.contract : '';
    const participant = this.#participants.get(participantOfContract(contract));
    if (this.#closing) return ended('shutting_down', 'this node is closing its connections', 0);
    if (participant === undefined) return ended('participant_unknown', `Nobody is configured for the contract "${contract}".`, 0);
    const startedMs = this.#options.clock.monotonicMs();
    const asked = new Set<string>();
    for (;;) {
      const spentMs = this.#options.clock.monotonicMs() - startedMs;
      const endpoint = this.#choose(contract, asked);
      if (endpoint === null || spentMs >= call.timeoutMs) {
        return asked.size === 0
          ? ended(CONTRACT_UNSERVED, `no instance that may be called announces the contract "${contract}"`, 0)
          : ended('connect_failed', `none of ${asked.size} instances could be reached`, spentMs);
      }
      asked.add(endpoint);
      const end = await this.#invokeAt(endpoint, participant, { ...call, timeoutMs: call.timeoutMs - spentMs }, mayLeave);
      // It has not left: nobody has to be asked what became of it.
      if (!isUnreached(end)) return end;
    }
  }

  participantOf(endpoint: Endpoint): string {
    return 'contract' in endpoint ? participantOfContract(endpoint.contract) : '-';
  }

  loads(): ReadonlyMap<string, Load> {
    const loads = new Map<string, Load>([...this.#participants.keys()].map((name) => [name, { inFlight: 0, queued: 0 }]));
    for (const { transport } of this.#instances.values()) {
      for (const [name, { inFlight, queued }] of (transport as BranchTransport).loads()) {
        const sum = loads.get(name);
        if (sum !== undefined) loads.set(name, { inFlight: sum.inFlight + inFlight, queued: sum.queued + queued });
      }
    }
    return loads;
  }

  async close(timeoutMs: number): Promise<void> {
    this.#closing = true;
    const { nats } = this.#options;
    const ways = new Set<BranchInvoker>([...this.#instances.values()].map(({ transport }) => transport));
    if (nats !== null) ways.add(nats);
    await Promise.all([...ways].map((way) => way.close(timeoutMs)));
  }

  async #invokeAt(endpoint: string, participant: NatsParticipant, call: BranchCall, mayLeave: () => boolean): Promise<CallEnd> {
    const instance = this.#instanceAt(endpoint, participant);
    instance.inFlight += 1;
    const end = await instance.transport.invoke(call, mayLeave);
    instance.inFlight -= 1;
    if (end.kind === 'ended') {
      const { outcome } = end;
      const isAgainst = outcome.kind === 'unknown' && SPEAKS_AGAINST.has(outcome.code);
      instance.passedOverUntilMs = isAgainst ? this.#options.clock.monotonicMs() + PASS_OVER_MS : 0;
    }
    return end;
  }

  /** HTTP before NATS, where an instance offers both: there the instance can be chosen. */
  #choose(contract: string, asked: ReadonlySet<string>): string | null {
    const nowMs = this.#options.clock.monotonicMs();
    let best: { readonly endpoint: string; readonly rank: number } | null = null;
    for (const endpoint of this.#options.directory.endpointsOf(contract)) {
      if (asked.has(endpoint) || (endpoint === OVER_NATS && this.#options.nats === null)) continue;
      const rank = this.#rankOf(contract, endpoint, nowMs);
      if (best === null || rank < best.rank) best = { endpoint, rank };
    }
    return best?.endpoint ?? null;
  }

  #rankOf(contract: string, endpoint: string, nowMs: number): number {
    const known = this.#instances.get(keyOf(participantOfContract(contract), endpoint));
    const isPassedOver = known !== undefined && known.passedOverUntilMs > nowMs;
    return (isPassedOver ? 2_000_000 : 0) + (endpoint === OVER_NATS ? 1_000_000 : 0) + (known?.inFlight ?? 0);
  }

  #instanceAt(endpoint: string, participant: NatsParticipant): Instance {
    const key = keyOf(participant.name, endpoint);
    const known = this.#instances.get(key);
    if (known !== undefined) {
      // Moved to the end: the first are those that were not used for longest.
      this.#instances.delete(key);
      this.#instances.set(key, known);
      return known;
    }
    const { nats, open } = this.#options;
    const transport = endpoint === OVER_NATS && nats !== null ? nats : open(participant, endpoint);
    const fresh: Instance = { transport, inFlight: 0, passedOverUntilMs: 0 };
    this.#instances.set(key, fresh);
    this.#closeThoseThatAreGone();
    return fresh;
  }

  #closeThoseThatAreGone(): void {
    let tooMany = this.#instances.size - this.#participants.size * MOST_GONE;
    for (const [key, instance] of this.#instances) {
      if (tooMany <= 0) return;
      if (instance.inFlight > 0 || instance.transport === this.#options.nats) continue;
      this.#instances.delete(key);
      void instance.transport.close(0);
      tooMany -= 1;
    }
  }
}

function keyOf(participant: string, endpoint: string): string {
  return `${participant} ${endpoint}`;
}

function isUnreached(end: CallEnd): boolean {
  return end.kind === 'ended' && end.outcome.kind === 'unknown' && end.outcome.code === 'connect_failed';
}

function ended(code: string, message: string, durationMs: number): CallEnd {
  return { kind: 'ended', outcome: unknown(code, message), durationMs };
}
