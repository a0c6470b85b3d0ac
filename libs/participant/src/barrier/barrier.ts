/**
 * The barrier (DESIGN section 6): each op of a branch takes effect once, in whatever order and number its calls arrive. One local transaction
 * holds the barrier row and the business change. The order of statements is the safety: the first is a plain insert of phase 1, phase 1 is
 * touched before phase 2, and nothing is answered before COMMIT returned.
 */
import { type Failpoints, noFailpoints } from '@assent/protocol';
import type { EntityManager } from 'typeorm';
import { answerEnd, answerForward, forwardState, keptRefusal, objectionToCommit, refusal, sealReport } from './decide.js';
import type { Answer, BarrierCall, BranchKey, BranchWork, HeldRow, NewRow, Phase, WorkEnd } from './model.js';
import { roleOf, sealedOp } from './ops.js';
import { BarrierBusy, type BarrierRows, type BarrierStore, type UnitEnd } from './port.js';
import { BusinessRejection } from './rejection.js';
import { resultText } from './result.js';

type Ended<T = Answer> = UnitEnd & { readonly value: T };

export interface BarrierOptions {
  /** How long rows are kept after their transaction began, in milliseconds. */
  readonly retentionMs: number;
  /** Milliseconds since the epoch. Only compared with days. */
  readonly now: () => number;
  /** Default: none. */
  readonly failpoints?: Failpoints;
}

/** 30 days, as long as a coordinator keeps its own rows. */
export const DEFAULT_RETENTION_MS = 30 * 86_400_000;

/** Branches deleted in one transaction, so that no lock is held for long; and batches in one purge, so that it ends. */
const PURGE_BATCH = 200;
const MAX_PURGE_BATCHES = 500;

export class Barrier<Tx = EntityManager> {
  private readonly running = new Set<string>();
  private readonly failpoints: Failpoints;

  constructor(
    private readonly store: BarrierStore<Tx>,
    private readonly options: BarrierOptions,
  ) {
    this.failpoints = options.failpoints ?? noFailpoints;
  }

  /**
   * Answers one call. `work` runs at most once with effect, and only when the rows permit it. Throws what the store throws, and whatever the
   * work throws that is not a `BusinessRejection`: then nothing was kept, and the outcome is unknown. Throws RangeError for an op that the
   * barrier does not know.
   */
  async answer(call: BarrierCall, work: BranchWork<Tx>): Promise<Answer> {
    const key = `${call.gid}/${call.branch}/${call.op}`;
    if (this.running.has(key)) return { kind: 'busy' };
    this.running.add(key);
    try {
      const answer = await this.store.unit(async (rows, tx) => {
        const ended = await this.decide(rows, tx, call, work);
        if (ended.end === 'commit') this.failpoints.hit('barrier.before-commit');
        return ended;
      });
      this.failpoints.hit('barrier.after-commit');
      return answer;
    } catch (error) {
      if (error instanceof BarrierBusy) return { kind: 'busy' };
      throw error;
    } finally {
      this.running.delete(key);
    }
  }

  /**
   * Ends a pending forward op with success, with its `work` in the same local transaction; what it returns is the branch's result. `already_ended`:
   * the branch was ended or rolled back in the meantime, and no work was done.
   */
  complete(gid: string, branch: string, work: (tx: Tx) => Promise<unknown> = async () => undefined): Promise<'ended' | 'already_ended'> {
    return this.endPending({ gid, branch }, async (tx) => ({ outcome: 'succeeded', result: resultText(await work(tx)) }));
  }

  /** Ends a pending forward op with a refusal, which is kept; `work` undoes in the same local transaction what the pending op had done. */
  reject(
    gid: string,
    branch: string,
    rejection: BusinessRejection,
    work: (tx: Tx) => Promise<unknown> = async () => undefined,
  ): Promise<'ended' | 'already_ended'> {
    return this.endPending({ gid, branch }, async (tx) => {
      await work(tx);
      return { outcome: 'rejected', result: keptRefusal(rejection) };
    });
  }

  /** Deletes rows of transactions that began longer ago than the retention and have ended. Returns how many branches it deleted. */
  async purge(nowMs: number = this.options.now()): Promise<number> {
    const begunBeforeMs = nowMs - this.options.retentionMs;
    let purged = 0;
    for (let batch = 0; batch < MAX_PURGE_BATCHES; batch += 1) {
      const { branches, more } = await this.store.purgeBatch(begunBeforeMs, PURGE_BATCH);
      purged += branches;
      if (!more) break;
    }
    return purged;
  }

  private decide(rows: BarrierRows, tx: Tx, call: BarrierCall, work: BranchWork<Tx>): Promise<Ended> {
    const sealed = sealedOp(call.op);
    const op = sealed ?? call.op;
    const role = roleOf(op);
    if (role === undefined) throw new RangeError(`the barrier does not know the op ${op}`);
    switch (role.kind) {
      case 'forward':
        return sealed === null ? this.forward(rows, tx, call, work) : this.sealForward(rows, call, op);
      case 'commit':
        return sealed === null ? this.commit(rows, tx, call, role.forward, work) : this.sealCommit(rows, call, op, role.forward);
      case 'rollback':
        return sealed === null ? this.rollBack(rows, tx, call, work) : this.sealRollback(rows, call, op);
    }
  }

  private async forward(rows: BarrierRows, tx: Tx, call: BarrierCall, work: BranchWork<Tx>): Promise<Ended> {
    if (!(await this.insert(rows, rowOf(call, 1, call.op, 'succeeded')))) {
      return undo(answerForward(call.op, await present(rows, call, 1)));
    }
    if (this.isExpired(call)) return undo(refusal('barrier_expired'));
    await rows.beginWork();
    try {
      return await this.keepEnd(rows, call, 1, await work(tx, 'none'));
    } catch (error) {
      if (!(error instanceof BusinessRejection)) throw error;
      await rows.undoWork();
      await rows.keep(call, 1, { outcome: 'rejected', result: keptRefusal(error) });
      return commit({ kind: 'rejected', code: error.code, message: error.message });
    }
  }

  private async insert(rows: BarrierRows, row: NewRow): Promise<boolean> {
    const wentIn = await rows.insert(row);
    this.failpoints.hit('barrier.after-insert');
    return wentIn;
  }

  private async commit(rows: BarrierRows, tx: Tx, call: BarrierCall, forwardOp: string | null, work: BranchWork<Tx>): Promise<Ended> {
    if (forwardOp !== null) {
      const objection = objectionToCommit(forwardOp, await rows.lock(call, 1, 'share'), this.isExpired(call) ? 'expired' : 'in_time');
      if (objection !== null) return undo(objection);
    }
    if (!(await this.insert(rows, rowOf(call, 2, call.op, 'succeeded')))) return undo(answerEnd(call.op, await present(rows, call, 2)));
    if (forwardOp === null && this.isExpired(call)) return undo(refusal('barrier_expired'));
    return this.runEnd(rows, tx, call, work, 'succeeded');
  }

  private async rollBack(rows: BarrierRows, tx: Tx, call: BarrierCall, work: BranchWork<Tx>): Promise<Ended> {
    const wentIn = await this.insert(rows, rowOf(call, 1, call.op, 'succeeded'));
    const first = wentIn ? null : await present(rows, call, 1);
    if (!(await this.insert(rows, rowOf(call, 2, call.op, 'succeeded')))) return undo(answerEnd(call.op, await present(rows, call, 2)));
    if (wentIn && this.isExpired(call)) return undo(refusal('barrier_expired'));
    const forward = forwardState(first);
    if (forward === 'none') return commit({ kind: 'succeeded', result: null });
    return this.runEnd(rows, tx, call, work, forward);
  }

  /** Runs the work of a commit or rollback op. Neither a refusal nor "still working" is kept: the next call finds everything as it was. */
  private async runEnd(
    rows: BarrierRows,
    tx: Tx,
    call: BarrierCall,
    work: BranchWork<Tx>,
    forward: 'succeeded' | 'pending',
  ): Promise<Ended> {
    try {
      const end = await work(tx, forward);
      if (end.kind === 'pending') return undo(end);
      return await this.keepEnd(rows, call, 2, end);
    } catch (error) {
      if (!(error instanceof BusinessRejection)) throw error;
      return undo({ kind: 'rejected', code: error.code, message: error.message });
    }
  }

  private async keepEnd(rows: BarrierRows, call: BarrierCall, phase: Phase, end: WorkEnd): Promise<Ended> {
    if (end.kind === 'pending') {
      await rows.keep(call, phase, { outcome: 'pending', result: null });
      return commit(end);
    }
    // The row went in as a success without a result, so that the plain case needs no second statement.
    if (end.result !== null) await rows.keep(call, phase, { outcome: 'succeeded', result: end.result });
    return commit({ kind: 'succeeded', result: end.result });
  }

  private async sealForward(rows: BarrierRows, call: BarrierCall, op: string): Promise<Ended> {
    const row = rowOf(call, 1, op, 'by_hand');
    if (!(await rows.insert(row))) return undo({ kind: 'sealed', report: sealReport(op, await present(rows, call, 1), null) });
    if (this.isExpired(call)) return undo(refusal('barrier_expired'));
    return commit({ kind: 'sealed', report: sealReport(op, row, null) });
  }

  private async sealCommit(rows: BarrierRows, call: BarrierCall, op: string, forwardOp: string | null): Promise<Ended> {
    const first = forwardOp === null ? null : await rows.lock(call, 1, 'share');
    const expired = this.isExpired(call) ? 'expired' : 'in_time';
    const objection = forwardOp === null ? null : objectionToCommit(forwardOp, first, expired);
    return objection === null ? this.sealEnd(rows, call, op, first) : undo(objection);
  }

  private async sealRollback(rows: BarrierRows, call: BarrierCall, op: string): Promise<Ended> {
    const wentIn = await rows.insert(rowOf(call, 1, op, 'by_hand'));
    return this.sealEnd(rows, call, op, wentIn ? null : await present(rows, call, 1));
  }

  /** Runs nothing. A row that is there says what had happened; without any row an old transaction may have run and been purged. */
  private async sealEnd(rows: BarrierRows, call: BarrierCall, op: string, first: HeldRow | null): Promise<Ended> {
    const row = rowOf(call, 2, op, 'by_hand');
    if (!(await rows.insert(row))) return undo({ kind: 'sealed', report: sealReport(op, await present(rows, call, 2), first) });
    if (first === null && this.isExpired(call)) return undo(refusal('barrier_expired'));
    return commit({ kind: 'sealed', report: sealReport(op, row, first) });
  }

  private async endPending(
    key: BranchKey,
    work: (tx: Tx) => Promise<Pick<HeldRow, 'outcome' | 'result'>>,
  ): Promise<'ended' | 'already_ended'> {
    return this.store.unit<'ended' | 'already_ended'>(async (rows, tx) => {
      const first = await rows.lock(key, 1, 'change');
      if (first?.outcome !== 'pending' || (await rows.lock(key, 2, 'share')) !== null) return { end: 'rollback', value: 'already_ended' };
      await rows.keep(key, 1, await work(tx));
      return { end: 'commit', value: 'ended' };
    });
  }

  private isExpired(call: BarrierCall): boolean {
    return call.begunAtMs < this.options.now() - this.options.retentionMs;
  }
}

function commit(value: Answer): Ended {
  return { end: 'commit', value };
}

function undo(value: Answer): Ended {
  return { end: 'rollback', value };
}

function rowOf(call: BarrierCall, phase: Phase, op: string, outcome: 'succeeded' | 'by_hand'): NewRow {
  return { gid: call.gid, branch: call.branch, phase, op, outcome, result: null, begunAtMs: call.begunAtMs };
}

/** The row whose insert was refused. It may have been purged since: then nobody knows what it held, and the next call finds out. */
async function present(rows: BarrierRows, call: BarrierCall, phase: Phase): Promise<HeldRow> {
  const row = await rows.lock(call, phase, 'share');
  if (row === null) throw new BarrierBusy(`the barrier row of ${call.gid}/${call.branch} went away while it was read`);
  return row;
}
