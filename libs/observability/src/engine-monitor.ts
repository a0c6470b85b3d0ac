/**
 * What the engine tells about itself, as metrics, spans and log lines: one line per finished transaction, warnings for alarms, and every call for those
 * who turn on `debug`: with its duration, so that a transaction's story can be told from the log by its gid. Every line that is about a transaction
 * carries its gid and trace id. Payloads, results, keys and the words of participants never reach a line.
 */
import type { BranchCall, Concern, Monitor } from '@assent/engine';
import type { Outcome, TransactionView } from '@assent/protocol';
import type { Logger } from 'pino';
import type { EngineMetrics } from './metrics/index.js';
import { ownWordsOn } from './own-words.js';
import type { TransactionTracer } from './tracing/index.js';

export interface MonitorParts {
  readonly metrics: EngineMetrics;
  readonly logger: Logger;
  /** The trace id of a transaction that was begun without a trace. */
  readonly traceIdOf: (gid: string) => string;
  /** `null`: tracing is off. */
  readonly tracer: TransactionTracer | null;
}

/** A `traceparent` is `version-traceid-spanid-flags`. */
const TRACE_ID_BEGINS = 3;
const TRACE_ID_ENDS = 35;

export class EngineMonitor implements Monitor {
  private readonly metrics: EngineMetrics;
  private readonly logger: Logger;
  private readonly tracer: TransactionTracer | null;

  constructor(private readonly parts: MonitorParts) {
    this.metrics = parts.metrics;
    this.logger = parts.logger;
    this.tracer = parts.tracer;
  }

  started(pattern: string): void {
    this.metrics.started(pattern);
  }

  finished(view: TransactionView, decidedAtMs: number | null): void {
    this.metrics.finished(view, decidedAtMs);
    this.tracer?.finished(view, decidedAtMs);
    if (!this.logger.isLevelEnabled('info')) return;
    const { gid, name, pattern, status, finishedAtMs, createdAtMs } = view;
    const reason = view.decision?.reason;
    this.logger.info(
      {
        gid,
        traceId: this.traceIdOf(gid, view.trace),
        transaction: name,
        pattern,
        status,
        durationMs: finishedAtMs === null ? undefined : finishedAtMs - createdAtMs,
        code: reason?.code,
        branch: reason?.branch,
        mixed: view.mixed ? true : undefined,
      },
      'transaction finished',
    );
  }

  called(call: BranchCall, participant: string, outcome: Outcome, durationMs: number): void {
    this.metrics.called(call, participant, outcome, durationMs);
    this.tracer?.called(call, participant, outcome, durationMs);
    if (!this.logger.isLevelEnabled('debug')) return;
    const { gid, branch, op, attempt } = call;
    const code = codeIn(outcome);
    const traceId = this.traceIdOf(gid, call.trace);
    this.logger.debug(
      { gid, branch, op, attempt, traceId, participant, outcome: outcome.kind, code, detail: ownWordsOn(outcome), durationMs },
      'call ended',
    );
  }

  ignored(mark: string): void {
    this.metrics.ignored(mark);
  }

  flushed(rows: number, durationMs: number): void {
    this.metrics.flushed(rows, durationMs);
  }

  alarm(code: string, detail: string, about?: Concern): void {
    this.metrics.alarmed(code);
    this.logger.warn({ code, detail, ...this.fieldsOf(about) }, 'alarm');
  }

  tookUp(from: string, count: number): void {
    this.metrics.tookUp(from, count);
  }

  info(message: string, fields: Readonly<Record<string, unknown>>, about?: Concern): void {
    this.logger.info({ ...fields, ...this.fieldsOf(about) }, message);
  }

  private fieldsOf(about: Concern | undefined): Readonly<Record<string, string>> {
    if (about === undefined) return {};
    const { gid, trace, ...place } = about;
    return { gid, traceId: this.traceIdOf(gid, trace), ...place };
  }

  private traceIdOf(gid: string, trace: string | undefined): string {
    return trace === undefined ? this.parts.traceIdOf(gid) : trace.slice(TRACE_ID_BEGINS, TRACE_ID_ENDS);
  }
}

/** Why a call did not succeed; nothing where it did, or goes on. */
function codeIn(outcome: Outcome): string | undefined {
  if (outcome.kind === 'rejected') return outcome.refusal.code;
  return outcome.kind === 'unknown' ? outcome.code : undefined;
}
