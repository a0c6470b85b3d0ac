/** Gids for callers that sent none. */
import { randomFillSync } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';

const UUID_BYTES = 16;
/** Drawn in one go: a draw for each gid costs twenty times as much, 4 % of a whole saga (`npm run bench`). */
const POOL_BYTES = 256 * UUID_BYTES;

const pool = new Uint8Array(POOL_BYTES);
let used = POOL_BYTES;

function nextBytes(): Uint8Array {
  if (used === POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  used += UUID_BYTES;
  return pool.slice(used - UUID_BYTES, used);
}

/** A new UUIDv7 (RFC 9562). */
export function newGid(): string {
  return uuidv7({ rng: nextBytes });
}
