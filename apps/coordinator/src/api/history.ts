/** What is kept of a transaction beside its image: failed attempts, and what people did or were refused. */
import type { AuditRow } from '@assent/engine';
import type { TimelineCall, TimelineDeed } from '@assent/protocol';
import type { History } from './operations.js';
import { isoTime } from './transaction-body.js';

/** One failed call. Calls that went well leave no row; the branch itself tells of them. */
export interface AttemptBody {
  readonly at: string;
  readonly branch: string;
  readonly op: string;
  readonly attempt: number;
  readonly durationMs: number;
  readonly outcome: string;
  readonly code: string;
  readonly message: string;
}

/** What somebody did, or was refused. */
export interface DeedBody {
  readonly id: string;
  readonly at: string;
  readonly principal: string;
  readonly action: string;
  readonly reason: string;
  readonly detail: unknown;
}

/** Both kinds, oldest first. Throws `StoreUnavailableError`. */
export async function readHistory(
  history: History,
  gid: string,
): Promise<{ readonly attempts: readonly TimelineCall[]; readonly deeds: readonly TimelineDeed[] }> {
  const [attempts, audit] = await Promise.all([history.readAttempts(gid), history.readAudit(gid)]);
  return { attempts: attempts.map(({ gid: _gid, ...call }) => call), deeds: audit.map(deedOf) };
}

export async function attemptBodies(history: History, gid: string): Promise<readonly AttemptBody[]> {
  const rows = await history.readAttempts(gid);
  return rows.map(({ gid: _gid, startedAtMs, ...row }) => ({ at: isoTime(startedAtMs), ...row }));
}

export async function deedBodies(history: History, gid: string): Promise<readonly DeedBody[]> {
  const rows = await history.readAudit(gid);
  return rows.map(({ id, atMs, principal, action, reason, detail }) => {
    return { id, at: isoTime(atMs), principal, action, reason, detail: detailOf(detail) };
  });
}

function deedOf({ atMs, principal, action, reason, detail }: AuditRow): TimelineDeed {
  const { outcome, code, branch, op, as, policy, forced, approvedBy } = detailOf(detail) as Partial<
    TimelineDeed & { readonly code: string }
  >;
  const refused = typeof code === 'string' ? `refused: ${code}` : 'refused';
  const about = { branch, op, as, policy: typeof policy === 'object' ? policy : undefined, forced, approvedBy };
  const given = Object.fromEntries(Object.entries(about).filter(([, value]) => value !== undefined));
  return { atMs, principal, action, reason, outcome: outcome === 'refused' ? refused : 'done', ...given };
}

/** A detail is JSON, unless it was too long for its column and cut. */
function detailOf(detail: string): object {
  try {
    const value = JSON.parse(detail) as unknown;
    return typeof value === 'object' && value !== null ? value : { text: detail };
  } catch {
    return { text: detail };
  }
}
