/** Events that the broker does not take, out of the way of the others. */
import type { EventKey, RefusedEvent } from '@assent/engine';
import { columnLimits, cutText } from '../../limits.js';
import { wherePairs } from './events.js';
import { ascii, integer, text } from './literals.js';

/** What is no longer in the outbox stays away. Index: primary of the outbox. */
export function setAside({ gid, version, cause }: RefusedEvent, nowMs: number): string {
  const values = `gid,version,name,status,body,created_at,${text(cutText(cause, columnLimits.message))},${integer(nowMs)}`;
  const columns = 'gid,version,name,status,body,created_at,cause,tried_at';
  return `INSERT INTO outbox_refused(${columns}) SELECT ${values} FROM outbox WHERE gid=${ascii(gid)} AND version=${integer(version)}`;
}

/** Index: (tried_at); the look behind by primary. */
export function readRefused(triedBeforeMs: number, limit: number): string {
  const older = 'EXISTS(SELECT 1 FROM outbox_refused p FORCE INDEX(PRIMARY) WHERE p.gid=r.gid AND p.version<r.version)';
  const columns = 'r.gid,r.version,r.name,r.status,r.body,r.created_at AS atMs';
  const from = 'outbox_refused r FORCE INDEX(by_tried_at)';
  const where = `r.tried_at<${integer(triedBeforeMs)} AND NOT ${older}`;
  return `SELECT ${columns} FROM ${from} WHERE ${where} ORDER BY r.tried_at,r.gid,r.version LIMIT ${integer(limit)}`;
}

/** Index: primary. */
export function noteRefused(keys: readonly EventKey[], nowMs: number): readonly string[] {
  return wherePairs(keys).map((where) => `UPDATE outbox_refused SET tried_at=${integer(nowMs)} WHERE ${where}`);
}

/** Index: primary. */
export function deleteRefused(keys: readonly EventKey[]): readonly string[] {
  return wherePairs(keys).map((where) => `DELETE FROM outbox_refused WHERE ${where}`);
}

/** Index: (tried_at) alone. */
export function countRefused(most: number): string {
  return `SELECT COUNT(*) AS n FROM (SELECT 1 FROM outbox_refused FORCE INDEX(by_tried_at) LIMIT ${integer(most)}) r`;
}
