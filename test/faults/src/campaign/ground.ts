/** Where a scenario does its harm: it is given the shop, told when time is over, and everything it does is counted and timed. */
import { seededRandom } from '../seeded-random.js';
import type { ShopStack } from '../stack/index.js';

/** Longer than the largest retry interval of the policy `standard` (30 s) with the calls around it. */
const recoversWithinMs = 60_000;
const lookEveryMs = 50;
/** How much longer than promised a takeover is watched, so that a violation says how long it took. */
const takeoverPatienceMs = 20_000;

export class Ground {
  readonly random: () => number;
  readonly harms: Record<string, number> = {};
  readonly recoveryMs: Record<string, number[]> = {};
  readonly takeoverMs: Record<string, number[]> = {};
  readonly violations: string[] = [];
  private readonly endsAtMs: number;

  constructor(
    readonly stack: ShopStack,
    readonly faultMs: number,
    /** 1 is the whole of it. */
    readonly scale: number,
    seed: number,
  ) {
    this.random = seededRandom(seed);
    this.endsAtMs = performance.now() + faultMs;
  }

  /** True until the time for faults is over. */
  get isOn(): boolean {
    return performance.now() < this.endsAtMs;
  }

  /** A moment between `leastMs` and `mostMs`. */
  breathe(leastMs: number, mostMs: number): Promise<void> {
    return pause(leastMs + this.random() * (mostMs - leastMs));
  }

  pause(ms: number): Promise<void> {
    return pause(ms);
  }

  /** Notes harm that has no single moment to recover from. */
  count(kind: string, times = 1): void {
    this.harms[kind] = (this.harms[kind] ?? 0) + times;
  }

  violated(sentence: string): void {
    this.violations.push(sentence);
  }

  /** Does harm (and undoes it), and measures how long it takes until every transaction that was open when it began is final. */
  async hurt(kind: string, harm: () => Promise<void>): Promise<void> {
    const open = await this.open();
    const startedAtMs = performance.now();
    this.count(kind);
    await harm();
    const left = await this.untilEnded(open);
    const tookMs = performance.now() - startedAtMs;
    if (left === 0) this.recoveryMs[kind] = [...(this.recoveryMs[kind] ?? []), Math.round(tookMs)];
    else this.violated(`${kind}: ${left} of ${open.length} transactions were still open after ${Math.round(tookMs / 1_000)} s`);
  }

  /**
   * Does harm to the node of this name, and measures how long it takes from then until others drive everything that it drove. A violation when that is
   * longer than `withinMs`. `harm` returns as soon as the harm is done.
   */
  async takenOver(kind: string, nodeName: string, withinMs: number, harm: () => Promise<void> | void): Promise<void> {
    const [node] = await this.stack.read(
      'coordinator',
      `SELECT CAST(incarnation AS CHAR) AS id FROM coordinator_node WHERE state = 'alive' AND name = ?`,
      [nodeName],
    );
    if (node === undefined) {
      this.violated(`${kind}: no node ${nodeName} was alive`);
      return;
    }
    const incarnation = String(node.id);
    const startedAtMs = performance.now();
    await harm();
    const deadline = startedAtMs + withinMs + takeoverPatienceMs;
    let [owned, most] = [Number.POSITIVE_INFINITY, 0];
    while (owned > 0 && performance.now() < deadline) {
      owned = await this.ownedBy(incarnation).catch(() => Number.POSITIVE_INFINITY);
      if (Number.isFinite(owned)) most = Math.max(most, owned);
      if (owned > 0) await pause(lookEveryMs);
    }
    const tookMs = Math.round(performance.now() - startedAtMs);
    // A node that drove nothing shows nothing.
    if (most === 0) return;
    this.takeoverMs[kind] = [...(this.takeoverMs[kind] ?? []), tookMs];
    if (tookMs > withinMs)
      this.violated(`${kind}: after ${tookMs} ms ${owned} of ${most} transactions had no living owner yet; promised are ${withinMs} ms`);
  }

  private async ownedBy(incarnation: string): Promise<number> {
    // As a number in the text: 63 bits, compared with a string, would be compared as floating point.
    const [row] = await this.stack.read('coordinator', `SELECT COUNT(*) AS n FROM global_transaction WHERE owner = ${incarnation}`);
    return Number(row?.n);
  }

  private async open(): Promise<readonly string[]> {
    const sql = `SELECT gid FROM global_transaction WHERE status IN ('active', 'committing', 'aborting')`;
    return (await this.stack.read('coordinator', sql)).map((row) => String(row.gid));
  }

  /** Returns how many are still open when patience ends. */
  private async untilEnded(gids: readonly string[]): Promise<number> {
    if (gids.length === 0) return 0;
    const deadline = performance.now() + recoversWithinMs;
    const marks = gids.map(() => '?').join(',');
    const sql = `SELECT COUNT(*) AS n FROM global_transaction WHERE gid IN (${marks}) AND status IN ('active', 'committing', 'aborting')`;
    let left = gids.length;
    while (left > 0 && performance.now() < deadline) {
      const rows = await this.stack.read('coordinator', sql, gids).catch(() => null);
      left = rows === null ? left : Number(rows[0]?.n);
      if (left > 0) await pause(lookEveryMs);
    }
    return left;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
