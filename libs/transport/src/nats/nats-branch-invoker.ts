/**
 * Calls branches over NATS (DESIGN section 5): writes and signs a call as a request of Nest's microservices, and hands it to its participant's
 * channel. The instances of a participant share its subjects by a queue group, so the server picks one of them.
 */
import type { BranchCall, BranchInvoker, CallEnd, Clock } from '@assent/engine';
import { branchSubject, type Endpoint, formatMessageId, header, isLegalId, isSubjectOfContract, writeBranchPacket } from '@assent/protocol';
import { headers } from '@nats-io/transport-node';
import { defaultTransportLimits, type TransportLimits } from '../limits.js';
import { unknown } from '../outcomes/index.js';
import { type NatsParticipant, natsParticipantProblems, participantOfContract } from '../participants.js';
import { makeTraceparent, Signer } from '../signing/index.js';
import { Channel } from './channel.js';
import type { NatsLink, NatsRequest } from './link.js';

export interface NatsBranchInvokerOptions {
  readonly participants: readonly NatsParticipant[];
  /** The invoker closes it when it is closed. */
  readonly link: NatsLink;
  readonly clock: Clock;
  /** Milliseconds since the epoch, for the time stamp of signatures only: receivers compare it with their own wall clock. */
  readonly wallClockMs: () => number;
  readonly limits?: Partial<TransportLimits>;
  /** The `traceparent` of a call; by default that of its transaction. */
  readonly traceparentOf?: (call: BranchCall) => string;
}

/** Where calls of one participant wait and how they are signed. */
interface Route {
  readonly channel: Channel;
  readonly signer: Signer;
}

export class NatsBranchInvoker implements BranchInvoker {
  readonly #options: NatsBranchInvokerOptions;
  readonly #participants: ReadonlyMap<string, Route>;
  readonly #traceparentOf: (call: BranchCall) => string;

  /** Throws `RangeError` naming everything that is wrong with the participants, without their keys. */
  constructor(options: NatsBranchInvokerOptions) {
    const problems = options.participants.flatMap(natsParticipantProblems);
    if (problems.length > 0) throw new RangeError(problems.join('\n'));
    this.#options = options;
    this.#traceparentOf = options.traceparentOf ?? ((call) => call.trace ?? makeTraceparent(call.gid));
    const { concurrency, maxQueued, ...bounds } = { ...defaultTransportLimits, ...options.limits };
    const terms = { link: options.link, clock: options.clock, bounds };
    this.#participants = new Map(
      options.participants.map((one) => [
        one.name,
        { channel: new Channel({ concurrency: one.concurrency ?? concurrency, maxQueued }, terms), signer: new Signer(one.key) },
      ]),
    );
  }

  invoke(call: BranchCall, mayLeave: () => boolean): Promise<CallEnd> {
    const contract = 'contract' in call.endpoint ? call.endpoint.contract : '';
    const name = participantOfContract(contract);
    const route = this.#participants.get(name);
    if (route === undefined || !isLegalId(contract) || !isSubjectOfContract(contract)) {
      return ended('participant_unknown', `No participant "${name}" is called over NATS for the contract "${contract}".`);
    }
    const id = formatMessageId({ gid: call.gid, branch: call.branch, contract, op: call.op, attempt: call.attempt });
    if (!isLegalId(call.gid) || !isLegalId(call.branch)) return ended('bad_call', 'The ids of the call cannot be written into a header.');
    return new Promise((end) => {
      const write = (remainingMs: number) => this.#write(call, route.signer, { id, contract, remainingMs });
      route.channel.submit({ call, id, mayLeave, write, end });
    });
  }

  /** The name before the first dot of a contract; a free URL is not called over NATS. */
  participantOf(endpoint: Endpoint): string {
    return 'contract' in endpoint ? participantOfContract(endpoint.contract) : '-';
  }

  /** Calls in the air and waiting, by participant: for gauges. */
  loads(): ReadonlyMap<string, { readonly inFlight: number; readonly queued: number }> {
    return new Map([...this.#participants].map(([name, { channel }]) => [name, channel.load]));
  }

  async close(timeoutMs: number): Promise<void> {
    const channels = [...this.#participants.values()].map((route) => route.channel);
    const drained = Promise.all(channels.map((channel) => channel.drain()));
    await new Promise<void>((resolve) => {
      const timer = this.#options.clock.after(timeoutMs, resolve);
      void drained.then(() => {
        timer.cancel();
        resolve();
      });
    });
    for (const channel of channels) channel.destroy();
    await this.#options.link.close();
  }

  #write(call: BranchCall, signer: Signer, more: { id: string; contract: string; remainingMs: number }): NatsRequest {
    const payload = call.payload === '' ? '{}' : call.payload;
    const subject = branchSubject(more.contract, call.op);
    const timestampSeconds = Math.floor(this.#options.wallClockMs() / 1_000);
    const sent = headers();
    sent.set(header.timeoutMs, String(more.remainingMs));
    sent.set(header.begun, String(call.begunAtMs));
    sent.set(header.traceparent, this.#traceparentOf(call));
    sent.set(header.id, more.id);
    sent.set(header.timestamp, String(timestampSeconds));
    sent.set(header.signature, signer.sign(more.id, timestampSeconds, Buffer.from(payload)));
    return { subject, headers: sent, data: writeBranchPacket(more.id, subject, payload) };
  }
}

function ended(code: string, message: string): Promise<CallEnd> {
  return Promise.resolve({ kind: 'ended', outcome: unknown(code, message), durationMs: 0 });
}
