/** `TransactionSearch` over the rows of a `MemoryDatabase`: it answers as the real adapters do. */
import type {
  AttentionCount,
  FoundTransaction,
  SearchCounts,
  SearchFilter,
  SearchPage,
  SearchPosition,
  SearchRequest,
  StoredTransaction,
  TransactionSearch,
} from '@assent/engine';
import type { Attention, Definition, Status } from '@assent/protocol';
import type { MemoryDatabase } from './memory-database.js';

const MOST_GROUPS = 100;

export class MemoryTransactionSearch implements TransactionSearch {
  constructor(private readonly database: MemoryDatabase) {}

  async page({ filter, after, limit }: SearchRequest): Promise<SearchPage> {
    const found = this.found(filter).filter((row) => after === null || isBehind(row, after, filter));
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    const next = last === undefined || found.length <= limit ? null : { createdAtMs: keyTime(last, filter), gid: last.gid };
    return { items: shown.map((row) => this.shown(row)), next, asOfMs: this.database.nowMs() };
  }

  async count(filter: SearchFilter): Promise<SearchCounts> {
    const byStatus: Partial<Record<Status, number>> = {};
    for (const { status } of this.found(filter)) byStatus[status] = (byStatus[status] ?? 0) + 1;
    return { asOfMs: this.database.nowMs(), byStatus, scope: 'all', looked: this.database.transactions.size };
  }

  async attentionCounts(): Promise<readonly AttentionCount[]> {
    const groups = new Map<string, AttentionCount>();
    for (const { kind, participant, code, sinceMs } of [...this.database.attention.values()].flat()) {
      const key = JSON.stringify([kind, participant, code]);
      const known = groups.get(key) ?? { kind, participant, code, count: 0, oldestMs: sinceMs };
      groups.set(key, { ...known, count: known.count + 1, oldestMs: Math.min(known.oldestMs, sinceMs) });
    }
    return [...groups.values()].toSorted((a, b) => b.count - a.count || a.oldestMs - b.oldestMs).slice(0, MOST_GROUPS);
  }

  async attentionOf(gids: readonly string[]): Promise<ReadonlyMap<string, readonly Attention[]>> {
    const { attention } = this.database;
    return new Map(gids.flatMap((gid) => (attention.has(gid) ? [[gid, attention.get(gid)!] as const] : [])));
  }

  private found(filter: SearchFilter): readonly StoredTransaction[] {
    return [...this.database.transactions.values()]
      .filter((row) => this.matches(row, filter))
      .toSorted((a, b) => newestFirst(a, b, filter));
  }

  private matches(row: StoredTransaction, filter: SearchFilter): boolean {
    const { statuses, pattern, name, businessKey, createdBy, createdFromMs, createdBeforeMs } = filter;
    return (
      (statuses.length === 0 || statuses.includes(row.status)) &&
      (pattern === null || row.pattern === pattern) &&
      (name === null || row.name === name) &&
      (businessKey === null || row.businessKey === businessKey) &&
      (createdBy === null || row.createdBy === createdBy) &&
      (createdFromMs === null || row.createdAtMs >= createdFromMs) &&
      (createdBeforeMs === null || row.createdAtMs < createdBeforeMs) &&
      (filter.attention === null ? involves(row, filter) : this.rowsOf(row).some((one) => asksFor(one, filter)))
    );
  }

  private rowsOf({ gid }: StoredTransaction): readonly Attention[] {
    return this.database.attention.get(gid) ?? [];
  }

  private shown(row: StoredTransaction): FoundTransaction {
    const { gid, status, pattern, name, businessKey, createdBy, mixed, paused, version, createdAtMs, finishedAtMs } = row;
    const attention = this.rowsOf(row);
    return { gid, status, pattern, name, businessKey, createdBy, mixed, paused, version, createdAtMs, finishedAtMs, attention };
  }
}

function asksFor(one: Attention, { attention, participant, errorCode }: SearchFilter): boolean {
  return (
    (attention === 'any' || one.kind === attention) &&
    (participant === null || one.participant === participant) &&
    (errorCode === null || one.code === errorCode)
  );
}

function involves(row: StoredTransaction, { participant, errorCode }: SearchFilter): boolean {
  if (errorCode !== null && !row.progress.includes(`"code":${JSON.stringify(errorCode)}`)) return false;
  if (participant === null) return true;
  const { branches } = JSON.parse(row.definition) as Definition;
  return branches.some(({ endpoint }) =>
    'contract' in endpoint
      ? endpoint.contract.startsWith(`${participant}.`)
      : Object.values(endpoint.urls).some((url) => new URL(url).host === participant),
  );
}

/** The attention table is read in the order of its key, which begins with the gid. */
function keyTime(row: StoredTransaction, { attention }: SearchFilter): number {
  return attention === null ? row.createdAtMs : 0;
}

function newestFirst(a: StoredTransaction, b: StoredTransaction, filter: SearchFilter): number {
  return keyTime(b, filter) - keyTime(a, filter) || (a.gid < b.gid ? 1 : -1);
}

function isBehind(row: StoredTransaction, after: SearchPosition, filter: SearchFilter): boolean {
  const time = keyTime(row, filter);
  return time < after.createdAtMs || (time === after.createdAtMs && row.gid < after.gid);
}
