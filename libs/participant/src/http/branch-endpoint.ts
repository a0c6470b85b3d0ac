/** Answers one verified call: payload, barrier, handler. Knows neither Nest nor Fastify. */
import type { IncomingHttpHeaders } from 'node:http';
import { runInContext } from '@assent/context';
import { header } from '@assent/protocol';
import type { EntityManager } from 'typeorm';
import { type Answer, type Barrier, type BranchWork, type ForwardState, resultText, sealedOp } from '../barrier/index.js';
import {
  type BranchContext,
  type BranchOp,
  type Checked,
  type ContractRegistry,
  checkPayload,
  type Handler,
  parsePayload,
} from '../contract/index.js';
import { TooManyWaitingError } from '../local/index.js';
import { ProblemError } from './problems.js';
import type { SignatureVerifier, VerifiedCall } from './signature.js';

/** What a call without `assent-timeout-ms` is given, in milliseconds: the longest timeout of the shipped policies. */
const DEFAULT_TIMEOUT_MS = 30_000;
const DIGITS = /^[0-9]{1,15}$/;

/** One request, as the web server hands it over. */
export interface BranchRequest {
  readonly contract: string;
  readonly op: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface EndpointParts {
  readonly verifier: SignatureVerifier;
  readonly registry: ContractRegistry;
  readonly barrier: Barrier;
  readonly maxConcurrentCalls: number;
  readonly monotonicMs: () => number;
}

interface CallTimes {
  readonly begunAtMs: number;
  readonly endsAtMs: number;
}

export class BranchEndpoint {
  private inProgress = 0;

  constructor(private readonly parts: EndpointParts) {}

  /** Throws `ProblemError`, and whatever the handler or the database threw: then the outcome is unknown. */
  async answer(request: BranchRequest): Promise<Answer> {
    if (this.inProgress >= this.parts.maxConcurrentCalls) throw new ProblemError('overloaded');
    this.inProgress += 1;
    try {
      return await this.answerVerified(request);
    } catch (error) {
      throw error instanceof TooManyWaitingError ? new ProblemError('overloaded') : error;
    } finally {
      this.inProgress -= 1;
    }
  }

  private async answerVerified(request: BranchRequest): Promise<Answer> {
    const arrivedAtMs = this.parts.monotonicMs();
    const call = this.parts.verifier.verify(request.headers, request.body);
    if (call.contract !== request.contract || call.op !== request.op) throw new ProblemError('path_mismatch');
    const times = readTimes(request.headers, arrivedAtMs);
    const contract = this.parts.registry.get(call.contract);
    if (contract === undefined) throw new ProblemError('contract_unknown');
    const handler = contract.handlers.get(sealedOp(call.op) ?? call.op);
    if (handler === undefined) throw new ProblemError('op_unknown');
    const payload = await checkPayload(contract.payload, parseBody(call.text));
    const work = this.workOf(handler, call, payload, { times, traceparent: single(request.headers[header.traceparent]) });
    return this.parts.barrier.answer({ gid: call.gid, branch: call.branch, op: call.op, begunAtMs: times.begunAtMs }, work);
  }

  private workOf(
    handler: Handler,
    call: VerifiedCall,
    payload: Checked,
    more: { times: CallTimes; traceparent: string | undefined },
  ): BranchWork<EntityManager> {
    return async (manager, forward) => {
      if (payload.kind === 'refused') throw payload.rejection;
      const { context, pendingAfter } = this.contextOf(call, manager, forward, more);
      const carried = { gid: call.gid, traceparent: more.traceparent, role: 'branch' as const };
      const result = await runInContext(carried, async () => handler(payload.value, context));
      const pending = pendingAfter();
      return pending === null ? { kind: 'done', result: resultText(result) } : { kind: 'pending', ...pending };
    };
  }

  private contextOf(
    call: VerifiedCall,
    manager: EntityManager,
    forward: ForwardState,
    more: { times: CallTimes; traceparent: string | undefined },
  ): { context: BranchContext; pendingAfter: () => { retryAfterMs?: number } | null } {
    let pending: { retryAfterMs?: number } | null = null;
    const { monotonicMs } = this.parts;
    const context: BranchContext = {
      gid: call.gid,
      branch: call.branch,
      contract: call.contract,
      op: call.op as BranchOp,
      attempt: call.attempt,
      manager,
      begunAt: new Date(more.times.begunAtMs),
      traceparent: more.traceparent,
      forward,
      remainingMs: () => Math.max(0, more.times.endsAtMs - monotonicMs()),
      pending: (options = {}) => {
        pending = options;
      },
    };
    return { context, pendingAfter: () => pending };
  }
}

function readTimes(headers: IncomingHttpHeaders, arrivedAtMs: number): CallTimes {
  const begun = single(headers[header.begun]);
  if (begun === undefined || !DIGITS.test(begun))
    throw new ProblemError('header_invalid', `${header.begun} must be milliseconds since the epoch`);
  const timeout = single(headers[header.timeoutMs]) ?? String(DEFAULT_TIMEOUT_MS);
  if (!DIGITS.test(timeout)) throw new ProblemError('header_invalid', `${header.timeoutMs} must be a number of milliseconds`);
  return { begunAtMs: Number(begun), endsAtMs: arrivedAtMs + Number(timeout) };
}

function single(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function parseBody(text: string): Checked {
  try {
    return parsePayload(text);
  } catch {
    throw new ProblemError('body_not_json');
  }
}
