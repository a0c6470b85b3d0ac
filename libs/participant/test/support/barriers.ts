/** Barriers without HTTP: as many as there would be processes, on one database. */
import type { DataSource, EntityManager } from 'typeorm';
import type { Answer, BarrierCall, BranchWork, HeldRow } from '../../src/index.js';
import { Barrier, LocalTransactions, SqlBarrierStore } from '../../src/index.js';
import { recordEffect } from './theatre.js';

export const DAY_MS = 86_400_000;
/** A fixed "now", so that retention is a matter of arithmetic. */
export const NOW_MS = 1_800_000_000_000;

/** A process of its own as far as the barrier can tell: it does not know what runs in the others. */
export function newBarrier(dataSource: DataSource, nowMs = NOW_MS): Barrier {
  return new Barrier(new SqlBarrierStore(LocalTransactions.of(dataSource)), { retentionMs: 30 * DAY_MS, now: () => nowMs });
}

export function aCall(op: string, gid: string, more: Partial<BarrierCall> = {}): BarrierCall {
  return { gid, branch: 'b', op, begunAtMs: NOW_MS - 1_000, ...more };
}

/** Work that leaves a trace. */
export function effectOf(
  call: BarrierCall,
  then: (manager: EntityManager) => Promise<unknown> = async () => undefined,
): BranchWork<EntityManager> {
  return async (manager) => {
    await recordEffect(manager, call.gid, call.branch, call.op);
    await then(manager);
    return { kind: 'done', result: null };
  };
}

/** Answers a call whose work leaves a trace. */
export function answer(barrier: Barrier, call: BarrierCall): Promise<Answer> {
  return barrier.answer(call, effectOf(call));
}

export async function effectsOf(dataSource: DataSource, gid: string): Promise<string[]> {
  const rows = await dataSource.query<{ op: string }[]>('SELECT op FROM effect WHERE gid = ?', [gid]);
  return rows.map((row) => row.op);
}

export function heldRows(dataSource: DataSource, gid: string): Promise<(HeldRow & { phase: number })[]> {
  return dataSource.query('SELECT phase, op, outcome, result FROM branch_barrier WHERE gid = ? ORDER BY branch, phase', [gid]);
}
