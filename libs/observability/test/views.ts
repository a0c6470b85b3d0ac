/** Builders for what the engine reports, and a logger that remembers its lines. */
import type { BranchCall } from '@assent/engine';
import type { TransactionView } from '@assent/protocol';
import type { LevelWithSilent, Logger } from 'pino';
import { createLogger, EngineMetrics, EngineMonitor, type TransactionTracer } from '../src/index.js';

export function aView(of: Partial<TransactionView> = {}): TransactionView {
  return {
    gid: 'g-1',
    name: 'checkout',
    key: 'order-77',
    pattern: 'tcc',
    driver: 'coordinator',
    policy: { name: 'standard', version: 1 },
    status: 'committed',
    version: 3,
    mixed: false,
    paused: false,
    createdAtMs: 1_000,
    deadlineAtMs: null,
    finishedAtMs: 1_041,
    decision: { kind: 'commit', atMs: 1_020 },
    branches: [],
    ...of,
  };
}

export const aCall: BranchCall = {
  gid: 'g-1',
  branch: 'stock',
  op: 'try',
  attempt: 2,
  endpoint: { contract: 'inventory.reserve' },
  payload: '{"card":"4111-1111"}',
  timeoutMs: 3_000,
  begunAtMs: 1_000,
};

export function recordingLogger(level: LevelWithSilent): { readonly logger: Logger; readonly lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({
    level,
    name: 'coordinator',
    destination: { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) },
  });
  return { logger, lines };
}

/** A monitor whose metrics and lines can be looked at. */
export function monitorAt(level: 'info' | 'debug', tracer: TransactionTracer | null = null) {
  const metrics = new EngineMetrics();
  const { logger, lines } = recordingLogger(level);
  const monitor = new EngineMonitor({ metrics, logger, tracer, traceIdOf: (gid) => `trace of ${gid}` });
  return { monitor, metrics, lines };
}
