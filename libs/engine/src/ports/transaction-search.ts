/**
 * The port through which people look for transactions. Nothing of the engine waits for it; it stands beside `TransactionStore` because it reads the
 * same rows. One contract suite (`test/contract/search.spec.ts`) runs against every adapter.
 */
import type { Attention, Status } from '@assent/protocol';

/** What must hold of a transaction to be found. `null`, and no statuses at all, ask for nothing. */
export interface SearchFilter {
  readonly statuses: readonly Status[];
  readonly pattern: string | null;
  readonly name: string | null;
  readonly businessKey: string | null;
  readonly createdBy: string | null;
  /** Only what needs attention now: of this kind, or of any. */
  readonly attention: Attention['kind'] | 'any' | null;
  /** With `attention`: the participant that is waited for. Without: one that has a branch. */
  readonly participant: string | null;
  /** With `attention`: why it needs it. Without: the code of the decision to abort, or of any call that did not succeed. */
  readonly errorCode: string | null;
  /** Begun at or after this moment, and before that one; milliseconds since the epoch. */
  readonly createdFromMs: number | null;
  readonly createdBeforeMs: number | null;
}

/** Where a page ended: the last transaction that was looked at. */
export interface SearchPosition {
  readonly createdAtMs: number;
  readonly gid: string;
}

export interface SearchRequest {
  readonly filter: SearchFilter;
  /** `null`: from the newest on. */
  readonly after: SearchPosition | null;
  readonly limit: number;
}

/** One row of an attention list, with the transaction left out. */
export interface FoundTransaction {
  readonly gid: string;
  readonly status: Status;
  readonly pattern: string;
  readonly name: string;
  readonly businessKey: string | null;
  readonly createdBy: string;
  readonly mixed: boolean;
  readonly paused: boolean;
  readonly version: number;
  readonly createdAtMs: number;
  readonly finishedAtMs: number | null;
  readonly attention: readonly Attention[];
}

export interface SearchPage {
  /** Newest first; with `attention` by gid, which for a UUIDv7 is the same. At most `limit`, and fewer on a page that has looked at enough. */
  readonly items: readonly FoundTransaction[];
  /** Where the next page begins; `null`: there is none. */
  readonly next: SearchPosition | null;
  /** Database time. */
  readonly asOfMs: number;
}

/** How many transactions wait for one participant for one reason. */
export interface AttentionCount {
  readonly kind: Attention['kind'];
  readonly participant: string;
  readonly code: string;
  readonly count: number;
  readonly oldestMs: number;
}

export interface SearchCounts {
  /** Database time. */
  readonly asOfMs: number;
  readonly byStatus: Readonly<Partial<Record<Status, number>>>;
  /** `newest`: only the newest ones were counted, because there are more than a count may look at. */
  readonly scope: 'all' | 'newest';
  /** How many transactions were looked at. */
  readonly looked: number;
}

/** All methods throw `StoreUnavailableError` while the database is away. None locks, and none looks at more rows than its bound. */
export interface TransactionSearch {
  /** Indexes: (created_at, gid), (business_key), or the primary one and (participant) of attention. */
  page(request: SearchRequest): Promise<SearchPage>;
  /** Counts what the filter finds. Indexes as `page`. */
  count(filter: SearchFilter): Promise<SearchCounts>;
  /** What needs attention, grouped, the largest groups first; at most 100 groups. */
  attentionCounts(): Promise<readonly AttentionCount[]>;
  /** Why these need attention, by gid; those that need none are absent. Index: primary of attention. */
  attentionOf(gids: readonly string[]): Promise<ReadonlyMap<string, readonly Attention[]>>;
}
