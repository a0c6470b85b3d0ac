/** `TransactionSearch` on a SQL database, through the pool that reads go through. */
import {
  type AttentionCount,
  type FoundTransaction,
  type SearchCounts,
  type SearchFilter,
  type SearchPage,
  type SearchPosition,
  type SearchRequest,
  StoreUnavailableError,
  type TransactionSearch,
} from '@assent/engine';
import type { Attention, Status } from '@assent/protocol';
import type { DataSource } from 'typeorm';
import type { SearchDialect } from './dialect.js';
import { countByStatus, countLooked, groupAttention, readAttentionOf, readEndOfWindow, readPage, type Statement } from './statements.js';

/** Attention rows of one page. */
const MOST_ATTENTION = 5_000;
const MOST_GROUPS = 100;

type Text = string | Buffer;
type Whole = string | number;

interface FoundRow {
  readonly gid: string;
  readonly at: Whole;
  readonly status: Status;
  readonly pattern: string;
  readonly name: Text;
  readonly business_key: Text | null;
  readonly created_by: Text;
  readonly mixed: number;
  readonly paused: number;
  readonly version: Whole;
  readonly created_at: Whole;
  readonly finished_at: Whole | null;
  readonly now: Whole;
}

interface AttentionRow {
  readonly gid: string;
  readonly branch: string;
  readonly kind: Attention['kind'];
  readonly code: Text;
  readonly participant: Text;
  readonly since: Whole;
}

export class SqlTransactionSearch implements TransactionSearch {
  constructor(
    private readonly dataSource: DataSource,
    private readonly dialect: SearchDialect,
  ) {}

  async page({ filter, after, limit }: SearchRequest): Promise<SearchPage> {
    const rows = await this.rows<FoundRow>(readPage(filter, after, limit, this.dialect));
    const shown = rows.slice(0, limit);
    const attention = await this.attentionOf(shown.map(({ gid }) => gid));
    const items = shown.map((row) => foundTransaction(row, attention.get(row.gid) ?? []));
    const last = shown.at(-1);
    const next = rows.length > limit && last !== undefined ? positionOf(last) : await this.endOfWindow(filter, after);
    return { items, next, asOfMs: Number(rows[0]?.now ?? (await this.nowMs())) };
  }

  async count(filter: SearchFilter): Promise<SearchCounts> {
    const [head] = await this.rows<{ looked: Whole; now: Whole }>(countLooked(filter, this.dialect));
    const looked = Number(head?.looked ?? 0);
    const rows = await this.rows<{ status: Status; number: Whole }>(countByStatus(filter, this.dialect));
    return {
      asOfMs: Number(head?.now ?? 0),
      byStatus: Object.fromEntries(rows.map(({ status, number }) => [status, Number(number)])),
      scope: looked < this.dialect.window ? 'all' : 'newest',
      looked,
    };
  }

  async attentionCounts(): Promise<readonly AttentionCount[]> {
    const rows = await this.rows<Omit<AttentionRow, 'gid' | 'branch' | 'since'> & { number: Whole; oldest: Whole }>(
      groupAttention(this.dialect, MOST_GROUPS),
    );
    return rows.map(({ kind, participant, code, number, oldest }) => ({
      kind,
      participant: participant.toString(),
      code: code.toString(),
      count: Number(number),
      oldestMs: Number(oldest),
    }));
  }

  async attentionOf(gids: readonly string[]): Promise<ReadonlyMap<string, readonly Attention[]>> {
    const byGid = new Map<string, Attention[]>();
    if (gids.length === 0) return byGid;
    for (const row of await this.rows<AttentionRow>(readAttentionOf(gids, this.dialect, MOST_ATTENTION))) {
      const { gid, branch, kind, code, participant, since } = row;
      const attention = { branch, kind, code: code.toString(), participant: participant.toString(), sinceMs: Number(since) };
      const known = byGid.get(gid);
      if (known === undefined) byGid.set(gid, [attention]);
      else known.push(attention);
    }
    return byGid;
  }

  /** Where a window ended that was looked at whole, so that a page with few finds is not taken for the last. */
  private async endOfWindow(filter: SearchFilter, after: SearchPosition | null): Promise<SearchPosition | null> {
    const [last] = await this.rows<{ gid: string; at: Whole }>(readEndOfWindow(filter, after, this.dialect));
    return last === undefined ? null : positionOf(last);
  }

  private async nowMs(): Promise<number> {
    const [row] = await this.rows<{ now: Whole }>({ sql: `SELECT ${this.dialect.nowMs} AS now`, parameters: [] });
    return Number(row?.now ?? 0);
  }

  private async rows<Row>({ sql, parameters }: Statement): Promise<readonly Row[]> {
    try {
      return await this.dataSource.query<Row[]>(sql, [...parameters]);
    } catch (cause) {
      throw new StoreUnavailableError(`The database is not available: ${(cause as Error).message}`, { cause });
    }
  }
}

function positionOf({ gid, at }: { readonly gid: string; readonly at: Whole }): SearchPosition {
  return { createdAtMs: Number(at), gid };
}

function foundTransaction(row: FoundRow, attention: readonly Attention[]): FoundTransaction {
  return {
    gid: row.gid,
    status: row.status,
    pattern: row.pattern,
    name: row.name.toString(),
    businessKey: row.business_key === null ? null : row.business_key.toString(),
    createdBy: row.created_by.toString(),
    mixed: row.mixed === 1,
    paused: row.paused === 1,
    version: Number(row.version),
    createdAtMs: Number(row.created_at),
    finishedAtMs: row.finished_at === null ? null : Number(row.finished_at),
    attention,
  };
}
