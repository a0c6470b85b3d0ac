/**
 * The port behind which all durable state lies (DESIGN sections 7 and 8). Adapters hold the SQL; this file says what they promise.
 * One contract suite (`test/contract`) runs against every adapter.
 */
import type { Attention, Image, Policy, Status } from '@assent/protocol';
import type { EventRow } from './outbox.js';

/** 63 random bits drawn at boot, as a decimal string: JavaScript numbers cannot hold them. */
export type Incarnation = string;

/** A row of `global_transaction`. */
export interface StoredTransaction extends Image {
  readonly gid: string;
  readonly version: number;
  /** The flush that wrote this version: 63 random bits as a decimal string. */
  readonly flush: string;
  readonly owner: Incarnation | null;
  readonly dueAtMs: number | null;
  readonly pattern: string;
  readonly name: string;
  readonly businessKey: string | null;
  readonly createdBy: string;
  /** SHA-256 of the canonical request, 64 hex digits. */
  readonly contentHash: string;
  readonly createdAtMs: number;
  readonly finishedAtMs: number | null;
}

/** A transaction that is accepted by this flush, as version 1. */
export interface BeginRow extends Image {
  readonly gid: string;
  readonly owner: Incarnation | null;
  readonly dueAtMs: number | null;
  readonly pattern: string;
  readonly name: string;
  readonly businessKey: string | null;
  readonly createdBy: string;
  readonly contentHash: string;
  readonly createdAtMs: number;
}

/**
 * One guarded step of one row: it moves only `WHERE version = fromVersion AND owner <=> knownOwner`, to `fromVersion + 1`.
 * `image: null` moves ownership and `dueAtMs` alone (a claim, a takeover). A final status sets `finished_at` to the `nowMs` of its flush.
 */
export interface Move {
  readonly gid: string;
  readonly fromVersion: number;
  readonly knownOwner: Incarnation | null;
  readonly owner: Incarnation | null;
  readonly dueAtMs: number | null;
  readonly image: MovedImage | null;
}

export interface MovedImage {
  readonly status: Status;
  readonly mixed: boolean;
  readonly paused: boolean;
  readonly progress: string;
  /** Only when it changed (a registration, an operator's edit). */
  readonly definition?: string;
}

/** A failed attempt. Successes write none. */
export interface AttemptRow {
  readonly gid: string;
  readonly branch: string;
  readonly op: string;
  readonly attempt: number;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly outcome: string;
  readonly code: string;
  readonly message: string;
}

/** Replaces all attention rows of one transaction. */
export interface AttentionChange {
  readonly gid: string;
  readonly rows: readonly Attention[];
}

export interface AuditRow {
  readonly id: string;
  readonly gid: string;
  readonly atMs: number;
  readonly principal: string;
  readonly action: string;
  readonly reason: string;
  readonly detail: string;
}

/** A row of `command`: what was asked of a transaction while another node drove it (DESIGN 7). */
export interface CommandRow {
  /** A UUIDv7 whose time is database time at the node that recorded it. */
  readonly id: string;
  readonly gid: string;
  readonly kind: string;
  /** JSON text; what it holds depends on the kind. */
  readonly body: string;
  readonly principal: string;
  /** For people. */
  readonly reason: string;
}

/** A command whose effect is in the image that this flush writes. */
export interface AppliedCommand {
  readonly id: string;
  readonly gid: string;
}

/** What a transaction needs attention for although its image cannot say so. Replaces an earlier one of the same branch and kind. */
export interface Flag {
  readonly gid: string;
  readonly attention: Attention;
}

/** Declares a node dead, guarded by the `flushes` that was last seen to stand still. */
export interface Declaration {
  readonly incarnation: Incarnation;
  readonly flushes: number;
}

/**
 * One flush: one database transaction. At most one row per gid over `begins` and `moves`. Side rows (`attempts`, `attention`,
 * `audit`, `events`, and the deletion of `applied` commands) take effect only for gids whose row this very flush wrote.
 */
export interface FlushBatch {
  readonly fence: { readonly incarnation: Incarnation; readonly flushes: number };
  /** 63 random bits as a decimal string. */
  readonly flush: string;
  readonly begins: readonly BeginRow[];
  readonly moves: readonly Move[];
  readonly attempts: readonly AttemptRow[];
  readonly attention: readonly AttentionChange[];
  readonly audit: readonly AuditRow[];
  /** Events to publish; none unless a publisher is configured. */
  readonly events: readonly EventRow[];
  readonly declarations: readonly Declaration[];
  /** Commands to record for the nodes that drive their transactions. */
  readonly commands: readonly CommandRow[];
  /** Commands to delete where the image that carries them out moves. */
  readonly applied: readonly AppliedCommand[];
  /** Ids of commands to delete in any case: they change nothing. */
  readonly dismissed: readonly string[];
  /** What somebody was refused, or asked for in vain: audit rows that no image carries. Absent: none. */
  readonly noted?: readonly AuditRow[];
  /** Absent: none. */
  readonly flagged?: readonly Flag[];
}

/**
 * What became of a flush. Everything but `committed` and `unknown` promises that nothing of it is or will be in the database.
 * - `duplicate`: these gids of `begins` exist already.
 * - `data_error`: one row cannot be stored; the writer bisects.
 * - `retryable`: 1213, 1205, 1020, 1047, 1290, 1836, 3101, no connection could be made, a full disk: try again later.
 * - `fenced`: the fence did not hold: this node was declared dead, or the number is not the one it knows. Ask `settle`.
 * - `unknown`: the connection broke after something was sent. Only `settle` tells.
 */
export type FlushResult =
  | {
      readonly kind: 'committed';
      /** Database time of this flush. */
      readonly nowMs: number;
      /** Gids of `moves` whose guard did not match: somebody else moved them. */
      readonly unmoved: readonly string[];
      /** Incarnations of `declarations` that this flush declared dead. */
      readonly declared: readonly Incarnation[];
    }
  | { readonly kind: 'duplicate'; readonly gids: readonly string[] }
  | { readonly kind: 'data_error'; readonly message: string }
  | { readonly kind: 'retryable'; readonly message: string }
  | { readonly kind: 'fenced'; readonly message: string }
  | { readonly kind: 'unknown'; readonly message: string };

/**
 * The witness of a lost COMMIT, read on a new connection under FOR UPDATE (DESIGN section 7).
 * - `committed`: `flushes` is n + 1.
 * - `not_committed`: it was n and this call has set n + 2, so that the flush never will commit; or it was n + 2 already. The next fence is n + 2.
 * - `dead`: as the two above, but the node has been declared dead: `committed` says which. Nothing more may be sent.
 * - `alien`: any other number: lost commits, or two processes with one incarnation. Stop, alarm, reload.
 */
export type Witness =
  | { readonly kind: 'committed'; readonly nowMs: number }
  | { readonly kind: 'not_committed'; readonly flushes: number }
  | { readonly kind: 'dead'; readonly committed: boolean }
  | { readonly kind: 'alien'; readonly flushes: number | null };

export interface NodeRow {
  readonly incarnation: Incarnation;
  readonly name: string;
  readonly state: 'alive' | 'dead' | 'stopped';
  readonly flushes: number;
}

/** The database cannot be reached, or answers that it cannot serve now. Safe to repeat. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}

export interface TransactionStore {
  /**
   * Checks the session (strict mode, isolation, charset), enters this node with `flushes = 0`, and declares its predecessors of the same
   * name dead. Returns database time. Throws `StoreUnavailableError` when the database is away.
   */
  enter(node: { readonly incarnation: Incarnation; readonly name: string }): Promise<{ readonly nowMs: number }>;
  /** Marks this node stopped after its last flush, so that nobody waits a lease for it. */
  leave(incarnation: Incarnation): Promise<void>;
  /** One database transaction; exactly one is in the air at a time. Never throws. */
  flush(batch: FlushBatch): Promise<FlushResult>;
  /** Settles the flush that was sent with fence number `flushes`. Throws `StoreUnavailableError` while the database is away. */
  settle(incarnation: Incarnation, flushes: number): Promise<Witness>;
  read(gid: string): Promise<StoredTransaction | null>;
  readMany(gids: readonly string[]): Promise<readonly StoredTransaction[]>;
  /** Failed attempts of one transaction, oldest first; of more than 1,000 the newest. */
  readAttempts(gid: string): Promise<readonly AttemptRow[]>;
  /** As `readAttempts`: what people did, or were refused. */
  readAudit(gid: string): Promise<readonly AuditRow[]>;
  /** These rows of the audit, as far as they are there. Index: primary. */
  findAudit(ids: readonly string[]): Promise<readonly AuditRow[]>;
  /** Rows at rest that are due at `nowMs`, and not before `fromMs` (default 0), earliest first. Index: (due_at). */
  readDue(nowMs: number, limit: number, fromMs?: number): Promise<readonly StoredTransaction[]>;
  /**
   * Gids above `afterGid`, in their order, of which the table `attention` says that a branch is `retrying` at or `waiting` for this participant. Index:
   * `attention` (participant), which is followed by the gid.
   */
  readWaiting(participant: string, afterGid: string, limit: number): Promise<readonly string[]>;
  /** Rows that name this incarnation as owner. Index: (owner). */
  readOwned(incarnation: Incarnation, limit: number): Promise<readonly StoredTransaction[]>;
  /** Gids that name this incarnation as owner. Index: (owner). */
  readOwnedGids(incarnation: Incarnation, limit: number): Promise<readonly string[]>;
  /** Nodes that are alive, and dead or stopped ones that still own rows. */
  readNodes(): Promise<readonly NodeRow[]>;
  /**
   * Commands with an id above `afterId` that concern this node, in the order of their ids: of transactions that it owns, that rest or are final, or
   * that do not exist. Index: primary of `command`, which is normally empty.
   */
  readCommands(incarnation: Incarnation, afterId: string, limit: number): Promise<readonly CommandRow[]>;
  /** Which of these commands are still there. Index: primary of `command`. */
  readRemainingCommands(ids: readonly string[]): Promise<readonly string[]>;
  /** All versions of all policies. */
  readPolicies(): Promise<readonly Policy[]>;
  close(): Promise<void>;
}
