/**
 * What the engine tells about itself, as metrics and log lines: one line per finished transaction, warnings for alarms, and failed calls for those
 * who turn on `debug`. Payloads, results and keys never reach a line.
 */
import type { BranchCall, Monitor } from '@assent/engine';
import type { Outcome, TransactionView } from '@assent/protocol';
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
    if (outcome.kind === 'succeeded' || outcome.kind === 'pending' || !this.logger.isLevelEnabled('debug')) return;
    const { gid, branch, op, attempt } = call;
    const { code, message } = outcome.kind === 'rejected' ? outcome.refusal : outcome;
    this.logger.debug({ gid, branch, op, attempt, participant, outcome: outcome.kind, code, detail: message, durationMs }, 'call failed');
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
