/**
 * Four eyes: where a rule says so, an action of an operator waits until somebody else has agreed. What was asked for is kept with the preview of that
 * moment; at approval the preview is run again, because the transaction has moved on meanwhile, and what is not legal any more is not done.
 *
 * The decision is one guarded move of the row out of `pending`, in one database transaction with its row of the audit; only then is the action carried
 * out. A node that dies in between leaves an approved request without an outcome, which whoever approved it may approve again: the action takes effect
 * once, because its idempotency key is the id of the request.
 */
import { type ApprovalRequest, type ApprovalRule, ApprovalTable, inTransaction, recordAudit } from '@assent/store';
import type { DataSource, EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Principal, Role } from '../../access/index.js';
import { ApiError } from '../../errors/index.js';
import type { ActionRunner, AskedAction } from './action-runner.js';

/** That a second person must agree, within this time. */
export type Demand = Pick<ApprovalRule, 'ttlMs'>;

/** How the request stands, and what it would do now. */
export interface ShownRequest {
  readonly request: ApprovalRequest;
  /** `null`: it is not pending. `problem`: it would be refused now. */
  readonly now: { readonly preview: object } | { readonly problem: { readonly code: string; readonly detail: string } } | null;
}

/** Clocks of nodes may be hours apart: what a second person has time for is measured by the database's alone. */
export interface ApprovalClock {
  /** Of this node, for the audit. */
  readonly nowMs: () => number;
  readonly databaseMs: () => Promise<number>;
}

/** The principal that acts by itself. */
const ITSELF = 'assent';
/** Requests that may wait at one time. */
const MOST_PENDING = 1_000;
/** Decided requests are shown for so long, in milliseconds: 90 days. */
const KEPT_MS = 7_776_000_000;

export class Approvals {
  private readonly table: ApprovalTable;
  private runner: ActionRunner | null = null;

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: ApprovalClock,
  ) {
    this.table = new ApprovalTable(dataSource);
  }

  /** Tells who carries out what is approved. */
  carryOutBy(runner: ActionRunner): void {
    this.runner = runner;
  }

  /** True when one of these actions (an action, and `force` where it is forced) needs a second person for somebody with this role. */
  async areDemanded(actions: readonly string[], role: Role): Promise<boolean> {
    return (await this.demandOn(actions, role)) !== null;
  }

  /** As `areDemanded`, with the time that the second person has: of several rules the shortest counts. `null`: none demands one. */
  demandOn(actions: readonly string[], role: Role): Promise<Demand | null> {
    return this.table.shortestRule(actions, role);
  }

  /**
   * Keeps what was asked for, under the demand that was found, though its rule may be gone by now. Throws `ApiError` as the preview does, and
   * `too_many_approvals`. `id`: of the request, for whoever may have to look whether it was kept.
   */
  async request(asked: AskedAction, { ttlMs }: Demand, by: Principal, id: string = uuidv7()): Promise<ApprovalRequest> {
    const { preview, inFull } = await this.unlessRefused(
      async () => ({ preview: await this.runnerThere().preview(asked, by), inFull: await this.runnerThere().inFull(asked) }),
      (manager, refusal) => this.recordUnasked(manager, asked, by, refusal),
    );
    const requestedAtMs = await this.clock.databaseMs();
    const request: ApprovalRequest = {
      ...{ id, gid: asked.gid, action: asked.action, reason: asked.reason },
      request: JSON.stringify(inFull),
      preview: JSON.stringify(preview),
      ...{ requestedBy: by.name, requesterRole: by.role, requestedAtMs, expiresAtMs: requestedAtMs + ttlMs },
      ...{ state: 'pending', decidedBy: null, comment: null, decidedAtMs: null, outcome: null },
    };
    await this.unlessRefused(
      () => this.keep(request, by),
      (manager, refusal) => this.recordUnasked(manager, asked, by, refusal),
    );
    return request;
  }

  private async keep(request: ApprovalRequest, by: Principal): Promise<void> {
    await inTransaction(this.dataSource, async (manager) => {
      if ((await this.table.countPending(manager)) >= MOST_PENDING) {
        throw new ApiError('too_many_approvals', `${MOST_PENDING} requests wait for a second person; decide some first.`);
      }
      await this.table.insert(manager, request);
      await this.record(manager, request, by.name, 'approval_requested', request.reason, {});
    });
  }

  /** The request of this id, or `null` when none was kept. */
  lookBack(id: string): Promise<ApprovalRequest | null> {
    return this.table.find(id);
  }

  async list(state: ApprovalRequest['state'] | null, afterId: string, limit: number): Promise<readonly ApprovalRequest[]> {
    await this.expire();
    return this.table.list(state, afterId, limit);
  }

  /** Throws `ApiError` `approval_not_found`. */
  async show(id: string): Promise<ShownRequest> {
    await this.expire();
    const request = await this.find(id);
    if (request.state !== 'pending') return { request, now: null };
    try {
      return { request, now: { preview: await this.runnerThere().preview(askedIn(request), requesterOf(request)) } };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return { request, now: { problem: { code: error.code, detail: error.detail } } };
    }
  }

  /** Throws `ApiError`: `own_request`, `approval_not_pending`, `approval_not_found`, or why the action is not legal any more. */
  async approve(id: string, by: Principal, comment: string): Promise<ApprovalRequest> {
    await this.expire();
    const request = await this.find(id);
    await this.unlessRefused(
      () => this.agree(request, by, comment),
      (manager, refusal) => this.recordRefusal(manager, request, by, refusal),
    );
    await this.table.keepOutcome(id, JSON.stringify(await this.carryOut(request, by)));
    return this.find(id);
  }

  /** Whoever asked may take it back this way. Throws as `approve` does. */
  async reject(id: string, by: Principal, comment: string): Promise<ApprovalRequest> {
    await this.expire();
    const request = await this.find(id);
    await this.unlessRefused(
      () => this.decide(request, 'rejected', by.name, comment),
      (manager, refusal) => this.recordRefusal(manager, request, by, refusal),
    );
    return this.find(id);
  }

  rules(): ReturnType<ApprovalTable['rules']> {
    return this.table.rules();
  }

  /** From now on `action` of somebody with `role` needs a second person, who has `ttlMs` to agree. */
  async demand(action: string, role: Role, ttlMs: number, by: string): Promise<void> {
    await inTransaction(this.dataSource, async (manager) => {
      await this.table.putRule(manager, { action, role, ttlMs, createdBy: by, createdAtMs: this.clock.nowMs() });
      await this.recordRule(manager, by, 'approval_demanded', { action, role, ttlMs });
    });
  }

  /** False when there was no such rule. */
  async demandNoMore(action: string, role: string, by: string, reason: string): Promise<boolean> {
    return inTransaction(this.dataSource, async (manager) => {
      const wasThere = await this.table.dropRule(manager, action, role);
      if (wasThere) await this.recordRule(manager, by, 'approval_not_demanded', { action, role }, reason);
      return wasThere;
    });
  }

  /** Everything before the action itself: whether this person may, whether it is still legal, and the decision. */
  private async agree(request: ApprovalRequest, by: Principal, comment: string): Promise<void> {
    if (request.requestedBy === by.name) throw new ApiError('own_request', 'You have asked for this yourself; somebody else must agree.');
    const isTriedAgain = request.state === 'approved' && request.outcome === null && request.decidedBy === by.name;
    if (isTriedAgain) return;
    if (request.state === 'pending') await this.runnerThere().preview(askedIn(request), requesterOf(request));
    await this.decide(request, 'approved', by.name, comment);
  }

  /** What came of it. A refusal that lasts is an outcome, too: the action has its key. Throws it, and what may be tried again. */
  private async carryOut(request: ApprovalRequest, by: Principal): Promise<object> {
    const acting = { requestedBy: requesterOf(request), approvedBy: by, idempotencyKey: request.id };
    try {
      return await this.runnerThere().run(askedIn(request), acting);
    } catch (error) {
      if (error instanceof ApiError && error.isLasting) {
        const { code, detail } = error;
        await this.table.keepOutcome(request.id, JSON.stringify({ action: request.action, outcome: 'refused', code, detail }));
      }
      throw error;
    }
  }

  /** A refusal goes into the audit before it is answered. */
  private async unlessRefused<Result>(
    work: () => Promise<Result>,
    record: (manager: EntityManager, refusal: ApiError) => Promise<void>,
  ): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (isRefusal(error)) await inTransaction(this.dataSource, (manager) => record(manager, error));
      throw error;
    }
  }

  private recordRefusal(manager: EntityManager, request: ApprovalRequest, by: Principal, { code, detail }: ApiError): Promise<void> {
    return this.record(manager, request, by.name, 'approval_refused', detail, { outcome: 'refused', code });
  }

  /** It could not even be asked for. */
  private recordUnasked(manager: EntityManager, { gid, action, reason }: AskedAction, by: Principal, refusal: ApiError): Promise<void> {
    const detail = JSON.stringify({ outcome: 'refused', code: refusal.code, detail: refusal.detail });
    return recordAudit(manager, { id: uuidv7(), gid, atMs: this.clock.nowMs(), principal: by.name, action, reason, detail });
  }

  /** One guarded move out of `pending`: of two who decide at once one is told that it was decided. */
  private async decide(request: ApprovalRequest, state: 'approved' | 'rejected', by: string, comment: string): Promise<void> {
    const decidedAtMs = await this.clock.databaseMs();
    await inTransaction(this.dataSource, async (manager) => {
      const hasMoved = await this.table.decide(manager, request.id, { state, decidedBy: by, comment, decidedAtMs });
      if (!hasMoved) throw new ApiError('approval_not_pending', `The request ${request.id} is not pending any more.`);
      await this.record(manager, request, by, state === 'approved' ? 'approval_granted' : 'approval_rejected', comment, {
        [`${state}By`]: by,
      });
    });
  }

  /** What time does to requests; looked after whenever somebody looks at them. */
  private async expire(): Promise<void> {
    const nowMs = await this.clock.databaseMs();
    await this.table.forget(nowMs - KEPT_MS);
    const overdue = await this.table.overdue(nowMs);
    for (const request of overdue) {
      await inTransaction(this.dataSource, async (manager) => {
        const decision = { state: 'expired', decidedBy: ITSELF, comment: '', decidedAtMs: nowMs } as const;
        if (await this.table.decide(manager, request.id, decision)) await this.record(manager, request, ITSELF, 'approval_expired', '', {});
      });
    }
  }

  private async find(id: string): Promise<ApprovalRequest> {
    const request = await this.table.find(id);
    if (request === null) throw new ApiError('approval_not_found', 'There is no such request.');
    return request;
  }

  private runnerThere(): ActionRunner {
    if (this.runner === null) throw new ApiError('not_ready', 'The coordinator is still starting.');
    return this.runner;
  }

  private record(
    manager: EntityManager,
    { id, gid, action, requestedBy }: ApprovalRequest,
    principal: string,
    deed: string,
    reason: string,
    more: object,
  ): Promise<void> {
    const detail = JSON.stringify({ approval: id, action, requestedBy, ...more });
    return recordAudit(manager, { id: uuidv7(), gid, atMs: this.clock.nowMs(), principal, action: deed, reason, detail });
  }

  private recordRule(manager: EntityManager, principal: string, deed: string, detail: object, reason = ''): Promise<void> {
    return recordAudit(manager, {
      ...{ id: uuidv7(), gid: '', atMs: this.clock.nowMs(), principal, action: deed, reason },
      detail: JSON.stringify(detail),
    });
  }
}

/** That it cannot be, not that it cannot be now. */
function isRefusal(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status < 500 && error.status !== 429;
}

function askedIn({ request }: ApprovalRequest): AskedAction {
  return JSON.parse(request) as AskedAction;
}

function requesterOf({ requestedBy, requesterRole }: ApprovalRequest): Principal {
  return { name: requestedBy, role: requesterRole as Role };
}
