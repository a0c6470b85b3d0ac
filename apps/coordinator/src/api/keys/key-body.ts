/** A key as it is shown: never its text, never its hash. */
import type { ListedKey } from '@assent/store';
import { isoTime } from '../transaction-body.js';

const moment = (atMs: number | null) => (atMs === null ? null : isoTime(atMs));

/** The body of one key. */
export function keyBody({ id, principal, role, createdBy, createdAtMs, expiresAtMs, revokedBy, revokedAtMs }: ListedKey): object {
  return {
    ...{ id, principal, role, createdBy },
    createdAt: isoTime(createdAtMs),
    expiresAt: moment(expiresAtMs),
    revokedBy,
    revokedAt: moment(revokedAtMs),
  };
}
