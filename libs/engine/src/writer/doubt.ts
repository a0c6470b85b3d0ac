/**
 * A flush of which nobody knows whether it committed: asked for until it is known (DESIGN 7, "Lost COMMIT"). Until then nothing of that batch
 * is acted on and nothing else is sent.
 */
import { type Incarnation, StoreUnavailableError, type TransactionStore, type Witness } from '../ports/transaction-store.js';
import type { Backoff } from '../time/index.js';
import type { Batch } from './batch.js';

export type Verdict =
  | { readonly kind: 'committed'; readonly nowMs: number; readonly unmoved: ReadonlySet<string> }
  | { readonly kind: 'not_committed'; readonly flushes: number }
  /** This incarnation must not go on. `proven`: gids of the batch that are known to be durable; `isRefuted`: none of it is or will be. */
  | {
      readonly kind: 'ended';
      readonly cause: 'dead' | 'alien';
      readonly detail: string;
      readonly proven: ReadonlySet<string>;
      readonly isRefuted: boolean;
    };

/** Gids read in one statement. */
const READ_CHUNK = 500;

/**
 * Finds out what became of `batch`, sent as flush number `flushes` of `incarnation`. Waits as long as the store is away: memory is bounded by
 * what the writer accepts. Returns `null` when `isStopped` says that nobody wants to know any more.
 */
export async function settleDoubt(
  store: TransactionStore,
  incarnation: Incarnation,
  flushes: number,
  batch: Batch,
  backoff: Backoff,
  isStopped: () => boolean,
): Promise<Verdict | null> {
  const witness = await persist(() => store.settle(incarnation, flushes), backoff, isStopped);
  if (witness === null) return null;
  switch (witness.kind) {
    case 'committed': {
      // A guard that did not match left its row alone, and the answer that would have said so is lost: the flush number tells.
      const moved = await persist(() => movedBy(store, batch), backoff, isStopped);
      if (moved === null) return null;
      return { kind: 'committed', nowMs: witness.nowMs, unmoved: without(batch, moved) };
    }
    case 'not_committed':
      return witness;
    default:
      return ended(store, witness, batch, flushes);
  }
}

async function ended(store: TransactionStore, witness: Witness, batch: Batch, flushes: number): Promise<Verdict> {
  if (witness.kind !== 'dead') {
    const found = witness.kind === 'alien' ? String(witness.flushes) : witness.kind;
    const detail = `after flush ${flushes} the node's row holds ${found}: lost commits, or two processes with one incarnation`;
    return { kind: 'ended', cause: 'alien', detail, proven: new Set(), isRefuted: false };
  }
  const detail = 'this node was declared dead by another';
  if (!witness.committed) return { kind: 'ended', cause: 'dead', detail, proven: new Set(), isRefuted: true };
  // The begins are in, because the flush is. For the moves one look is enough: what is not proven is answered as unknown.
  const proven = new Set(batch.begins.map((row) => row.gid));
  const moved = await movedBy(store, batch).catch(() => new Set<string>());
  for (const gid of moved) proven.add(gid);
  return { kind: 'ended', cause: 'dead', detail, proven, isRefuted: false };
}

async function movedBy(store: TransactionStore, batch: Batch): Promise<Set<string>> {
  const moved = new Set<string>();
  for (let from = 0; from < batch.moves.length; from += READ_CHUNK) {
    const gids = batch.moves.slice(from, from + READ_CHUNK).map((move) => move.gid);
    for (const row of await store.readMany(gids)) if (row.flush === batch.flush) moved.add(row.gid);
  }
  return moved;
}

function without(batch: Batch, moved: ReadonlySet<string>): Set<string> {
  const unmoved = new Set<string>();
  for (const move of batch.moves) if (!moved.has(move.gid)) unmoved.add(move.gid);
  return unmoved;
}

async function persist<T>(ask: () => Promise<T>, backoff: Backoff, isStopped: () => boolean): Promise<T | null> {
  while (!isStopped()) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      await backoff.pause();
    }
  }
  return null;
}
