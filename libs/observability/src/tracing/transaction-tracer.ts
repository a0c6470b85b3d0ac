/**
 * One trace per transaction: a span for the transaction, one for each of its phases, one for each call. It joins the trace of whoever began it, or
 * begins one whose id follows from the gid. A span is exported when it has ended, so a transaction that is stuck shows its calls, and its own span at last.
 */
import type { BranchCall } from '@assent/engine';
import type { Op, Outcome, TransactionView } from '@assent/protocol';
import { type Attributes, ROOT_CONTEXT, type SpanContext, SpanKind, TraceFlags, trace as traceApi } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import { type Sampler, SamplingDecision, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { ownWordsOn } from '../own-words.js';
import { type Ended, endedSpan, spanIdOf } from './spans.js';
import { formatTrace, parentIn } from './trace-context.js';

type Phase = 'forward' | 'commit' | 'rollback';

/** Ops by the phase they belong to; what comes after the end (`after`, `forget`, a seal) belongs to the transaction itself. */
const phases: Readonly<Partial<Record<Op | `seal-${Op}`, Phase>>> = {
  action: 'forward',
  try: 'forward',
  prepare: 'forward',
  check: 'forward',
  confirm: 'commit',
  commit: 'commit',
  deliver: 'commit',
  complete: 'commit',
  cancel: 'rollback',
  compensate: 'rollback',
  rollback: 'rollback',
};

/** The exporter itself would try again for ten seconds. */
const CLOSE_WITHIN_MS = 3_000;

export interface TracerParts {
  readonly processor: SpanProcessor;
  readonly sampler: Sampler;
  readonly resource: Resource;
  /** The trace id of a transaction that was begun without a trace. */
  readonly traceIdOf: (gid: string) => string;
  /** Milliseconds since the epoch. */
  readonly wallClockMs: () => number;
}

/** The trace a transaction belongs to. */
interface Thread {
  readonly traceId: string;
  /** The caller's span. */
  readonly caller: SpanContext | undefined;
  readonly isSampled: boolean;
}

export class TransactionTracer {
  constructor(private readonly parts: TracerParts) {}

  /** The `traceparent` of a call: its own span, whose parent is the phase. */
  traceparentOf({ gid, trace, branch, op, attempt }: BranchCall): string {
    const { traceId, isSampled } = this.threadOf(gid, trace);
    return formatTrace(traceId, spanIdOf(gid, branch, op, attempt), isSampled);
  }

  called(call: BranchCall, participant: string, outcome: Outcome, durationMs: number): void {
    const { gid, branch, op, attempt, endpoint } = call;
    const thread = this.threadOf(gid, call.trace);
    if (!thread.isSampled) return;
    const phase = phases[op];
    const endMs = this.parts.wallClockMs();
    const problem = outcome.kind === 'rejected' ? outcome.refusal : outcome.kind === 'unknown' ? outcome : undefined;
    this.export(thread, {
      spanId: spanIdOf(gid, branch, op, attempt),
      parent: contextOf(thread.traceId, phase === undefined ? spanIdOf(gid) : spanIdOf(gid, phase)),
      name: `${'contract' in endpoint ? endpoint.contract : participant} ${op}`,
      kind: 'client',
      startMs: endMs - durationMs,
      endMs,
      // A refusal is an answer of the business, not a failure.
      ...(outcome.kind === 'unknown' ? { failure: ownWordsOn(outcome) ?? outcome.code } : {}),
      attributes: {
        'assent.gid': gid,
        'assent.branch': branch,
        'assent.op': op,
        'assent.attempt': attempt,
        'assent.participant': participant,
        'assent.outcome': outcome.kind,
        ...(problem === undefined ? {} : { 'assent.code': problem.code }),
      },
    });
  }

  /** `decidedAtMs`: `null` when the moment of the decision is not known; then both phases are shown over the whole time. */
  finished(view: TransactionView, decidedAtMs: number | null): void {
    const { gid, createdAtMs, finishedAtMs, decision } = view;
    const thread = this.threadOf(gid, view.trace);
    if (!thread.isSampled || finishedAtMs === null) return;
    const attributes = attributesOf(view);
    const own = contextOf(thread.traceId, spanIdOf(gid));
    const common = { kind: 'internal', startMs: createdAtMs, endMs: finishedAtMs, attributes } as const;
    this.export(thread, { ...common, spanId: own.spanId, parent: thread.caller, name: `${view.pattern} ${view.name}` });
    const phase = (name: Phase, times: { readonly startMs: number; readonly endMs: number }) =>
      this.export(thread, { ...common, ...times, spanId: spanIdOf(gid, name), parent: own, name });
    phase('forward', { startMs: createdAtMs, endMs: decidedAtMs ?? finishedAtMs });
    if (decision === null || view.branches.every(({ end }) => end === null)) return;
    phase(decision.kind === 'commit' ? 'commit' : 'rollback', { startMs: decidedAtMs ?? createdAtMs, endMs: finishedAtMs });
  }

  /** Exports what is gathered, and closes the exporter. Never rejects, and takes three seconds at most: a collector that is away must not hold a process up. */
  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_WITHIN_MS);
    });
    await Promise.race([this.parts.processor.shutdown().catch(() => undefined), late]);
    clearTimeout(timer);
  }

  private threadOf(gid: string, trace: string | undefined): Thread {
    const caller = parentIn(trace);
    const traceId = caller?.traceId ?? this.parts.traceIdOf(gid);
    const context = caller === undefined ? ROOT_CONTEXT : traceApi.setSpanContext(ROOT_CONTEXT, caller);
    // By the trace id alone, so that all nodes decide alike, and all spans of a trace.
    const { decision } = this.parts.sampler.shouldSample(context, traceId, 'transaction', SpanKind.INTERNAL, {}, []);
    return { traceId, caller, isSampled: decision === SamplingDecision.RECORD_AND_SAMPLED };
  }

  private export({ traceId }: Thread, span: Omit<Ended, 'traceId'>): void {
    this.parts.processor.onEnd(endedSpan({ traceId, ...span }, this.parts.resource));
  }
}

function contextOf(traceId: string, spanId: string): SpanContext {
  return { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: false };
}

function attributesOf(view: TransactionView): Attributes {
  const { gid, name, pattern, status, mixed, decision } = view;
  const { code, branch } = decision?.reason ?? {};
  return {
    'assent.gid': gid,
    'assent.transaction': name,
    'assent.pattern': pattern,
    'assent.status': status,
    'assent.mixed': mixed,
    ...(code === undefined ? {} : { 'assent.code': code }),
    ...(branch === undefined ? {} : { 'assent.branch': branch }),
  };
}
