/** A page of transactions as REST shows it. */
import type { AttentionCount, FoundTransaction, SearchCounts, SearchPage } from '@assent/engine';
import type { Attention } from '@assent/protocol';
import type { Seal } from '../../access/index.js';
import { isoTime } from '../transaction-body.js';
import { writeCursor } from './cursor.js';

export interface AttentionBody {
  /** Empty for the whole transaction. */
  readonly branch: string;
  readonly kind: Attention['kind'];
  readonly code: string;
  readonly participant: string;
  readonly since: string;
}

export interface ListItem {
  readonly gid: string;
  readonly name: string;
  readonly pattern: string;
  readonly status: FoundTransaction['status'];
  readonly version: number;
  readonly key: string | null;
  readonly createdBy: string;
  readonly mixed: boolean;
  readonly paused: boolean;
  readonly createdAt: string;
  readonly finishedAt: string | null;
  readonly attention: readonly AttentionBody[];
  readonly links: { readonly self: string; readonly timeline: string; readonly actions: string };
}

/** What was counted together with the first page. */
export interface CountsBody {
  readonly asOf: string;
  readonly matching: number;
  /** `newest`: there are more, and the newest `looked` were looked at. */
  readonly scope: SearchCounts['scope'];
  readonly looked: number;
  readonly byStatus: SearchCounts['byStatus'];
  /** What needs attention in the whole store, by cause, the most frequent first. */
  readonly attention: readonly AttentionCountBody[];
}

export interface AttentionCountBody {
  readonly kind: Attention['kind'];
  readonly participant: string;
  readonly code: string;
  readonly count: number;
  readonly oldest: string;
}

export interface ListBody {
  readonly asOf: string;
  readonly items: readonly ListItem[];
  /** For `cursor`; `null`: this was the last page. */
  readonly next: string | null;
  readonly counts?: CountsBody;
}

/** `seal`: of the cursor. */
export function listBody(page: SearchPage, counts: CountsBody | null, seal: Seal | null): ListBody {
  return {
    asOf: isoTime(page.asOfMs),
    items: page.items.map(listItem),
    next: page.next === null ? null : writeCursor(page.next, seal),
    ...(counts === null ? {} : { counts }),
  };
}

export function countsBody(counts: SearchCounts, attention: readonly AttentionCount[]): CountsBody {
  const { asOfMs, byStatus, scope, looked } = counts;
  const matching = Object.values(byStatus).reduce((sum, count) => sum + count, 0);
  const groups = attention.map(({ oldestMs, ...group }) => ({ ...group, oldest: isoTime(oldestMs) }));
  return { asOf: isoTime(asOfMs), matching, scope, looked, byStatus, attention: groups };
}

export function attentionBody({ branch, kind, code, participant, sinceMs }: Attention): AttentionBody {
  return { branch, kind, code, participant, since: isoTime(sinceMs) };
}

function listItem(found: FoundTransaction): ListItem {
  const { gid, name, pattern, status, version, businessKey, createdBy, mixed, paused, createdAtMs, finishedAtMs, attention } = found;
  const self = `/v1/transactions/${gid}`;
  return {
    ...{ gid, name, pattern, status, version, key: businessKey, createdBy, mixed, paused },
    createdAt: isoTime(createdAtMs),
    finishedAt: finishedAtMs === null ? null : isoTime(finishedAtMs),
    attention: attention.map(attentionBody),
    links: { self, timeline: `${self}/timeline`, actions: `${self}/actions` },
  };
}
