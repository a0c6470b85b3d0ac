/** Waiting for a milestone of a transaction, for as long as a request may. */
import type { TransactionEngine } from '@assent/engine';
import type { TransactionView } from '@assent/protocol';
import type { Limits } from '../configuration/index.js';
import { DEFAULT_WAIT_MS, type Milestone } from './schemas/common.js';

/** True when the durable image shows the milestone. */
export function hasReached(view: TransactionView, milestone: Milestone): boolean {
  if (milestone === 'decided') return view.status !== 'active';
  return view.status === 'committed' || view.status === 'aborted';
}

/** How long to wait, in milliseconds. */
export function waitMsOf(asked: number | undefined, limits: Limits): number {
  return Math.min(asked ?? DEFAULT_WAIT_MS, limits.waitMs);
}

/** The transaction once it has reached the milestone, or as it stands after `timeoutMs` milliseconds. */
export async function waitFor(
  engine: TransactionEngine,
  view: TransactionView,
  milestone: Milestone,
  timeoutMs: number,
): Promise<TransactionView> {
  if (hasReached(view, milestone) || timeoutMs < 1) return view;
  return engine.wait(view.gid, { until: milestone, timeoutMs });
}
