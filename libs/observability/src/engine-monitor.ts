/**
 * What the engine tells about itself, as metrics and log lines: one line per finished transaction, warnings for alarms, and every call for those who
 * turn on `debug`: with its duration, so that a transaction's story can be told from the log by its gid. Payloads, results and keys never reach a line.
 */
import type { BranchCall, Monitor } from '@assent/engine';
import type { Outcome, Refusal, TransactionView } from '@assent/protocol';
import type { Logger } from 'pino';
import type { EngineMetrics } from './metrics/index.js';

export class EngineMonitor implements Monitor {
  constructor(
    private readonly metrics: EngineMetrics,
    private readonly logger: Logger,
  ) {}

  started(pattern: string): void {
    this.metrics.started(pattern);
  }

  finished(view: TransactionView): void {
    this.metrics.finished(view);
    const { gid, name, pattern, status, finishedAtMs, createdAtMs } = view;
    const reason = view.decision?.reason;
    this.logger.info(
      {
        gid,
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
    if (!this.logger.isLevelEnabled('debug')) return;
    const { gid, branch, op, attempt } = call;
    const { code, message } = problemIn(outcome);
    this.logger.debug({ gid, branch, op, attempt, participant, outcome: outcome.kind, code, detail: message, durationMs }, 'call ended');
  }

  ignored(mark: string): void {
    this.metrics.ignored(mark);
  }

  flushed(rows: number, durationMs: number): void {
    this.metrics.flushed(rows, durationMs);
  }

  alarm(code: string, detail: string): void {
    this.metrics.alarmed(code);
    this.logger.warn({ code, detail }, 'alarm');
  }

  info(message: string, fields: Readonly<Record<string, unknown>>): void {
    this.logger.info(fields, message);
  }
}

/** Why a call did not succeed; nothing where it did, or goes on. */
function problemIn(outcome: Outcome): Partial<Refusal> {
  if (outcome.kind === 'rejected') return outcome.refusal;
  return outcome.kind === 'unknown' ? outcome : {};
}
