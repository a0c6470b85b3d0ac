/**
 * Takes up what nobody drives: resting transactions that are due, rows of nodes that are dead or have stopped, and rows that name this node
 * although it does not hold them. Boot, takeover, drain and orphans are this one loop (DESIGN 7); it takes no more than there is room for.
 */
import type { Random } from '../ports/clock.js';
import type { Failpoints } from '../ports/failpoints.js';
import type { Monitor } from '../ports/monitor.js';
import type { Incarnation, NodeRow, StoredTransaction, TransactionStore } from '../ports/transaction-store.js';
import type { DatabaseTime } from '../time/index.js';
import type { Adoption } from './adoption.js';
import type { Ramp } from './ramp.js';
import type { Resting } from './resting.js';

/** Candidates are drawn at random from this many, so that several nodes rarely want the same row. */
const DUE_CANDIDATES = 1_000;
/** Reading a row costs some 20 us: of those that nobody can call now, no more are looked at in one round. */
const MOST_PASSED_OVER = 200;

/** What is to become of the rows of a page. */
interface Sorted {
  readonly chosen: readonly StoredTransaction[];
  readonly postponed: number;
  readonly passedOver: number;
}

export class Collector {
  private abandoned: readonly NodeRow[] = [];
  private isTakingOver = false;
  /** What is due before this has been looked at in the last rounds. */
  private dueFromMs = 0;

  constructor(
    private readonly self: Incarnation,
    private readonly store: TransactionStore,
    private readonly adoption: Adoption,
    private readonly ramp: Ramp,
    private readonly resting: Resting,
    private readonly time: DatabaseTime,
    private readonly random: Random,
    private readonly monitor: Monitor,
    private readonly failpoints: Failpoints,
  ) {}

  /** Nodes that are dead or have stopped and still own rows, as last seen. */
  sawAbandoned(nodes: readonly NodeRow[]): void {
    for (const node of nodes) {
      if (this.abandoned.some((known) => known.incarnation === node.incarnation)) continue;
      this.monitor.info('taking over', { incarnation: node.incarnation, node: node.name, state: node.state });
    }
    this.abandoned = nodes;
  }

  /** Claims resting transactions that are due. Returns how many claims are on their way. Throws `StoreUnavailableError`. */
  async claimDue(): Promise<number> {
    const most = Math.min(this.ramp.size, this.adoption.room);
    if (most === 0) return 0;
    const due = await this.store.readDue(this.time.nowMs(), DUE_CANDIDATES, this.dueFromMs);
    this.dueFromMs = this.resting.isHolding ? this.dueFromMs : 0;
    const candidates = due.filter((row) => !this.adoption.isKnown(row.gid));
    if (!this.resting.isHolding) return this.claimed(this.claim(candidates, most));
    const { chosen, postponed, passedOver } = this.sort(candidates, most);
    // Where busy participants fill the page, the next look goes on behind it, so that nobody waits for them to have been through.
    const isPassedBy = passedOver >= MOST_PASSED_OVER && due.length === DUE_CANDIDATES;
    this.dueFromMs = isPassedBy ? Math.max(due.at(-1)?.dueAtMs ?? 0, this.dueFromMs + 1) : 0;
    const claimed = this.claimed(this.claim(chosen, most));
    return claimed + postponed + (isPassedBy ? passedOver : 0);
  }

  /** Takes over one chunk of what dead or stopped nodes own. Returns how many rows are on their way. Throws `StoreUnavailableError`. */
  async takeOver(): Promise<number> {
    if (this.isTakingOver) this.failpoints.hit('ownership.between-chunks');
    let claimed = 0;
    for (const { incarnation, state } of this.abandoned) {
      const most = Math.min(this.ramp.size - claimed, this.adoption.room);
      if (most <= 0) break;
      const chunk = this.claim(await this.store.readOwned(incarnation, DUE_CANDIDATES), most);
      if (chunk > 0) this.monitor.tookUp(state === 'dead' ? 'dead_node' : 'stopped_node', chunk);
      claimed += chunk;
    }
    this.isTakingOver = claimed > 0;
    return claimed;
  }

  /** Loads rows that name this node as owner and that it does not hold. Throws `StoreUnavailableError`. */
  async findOrphans(limit: number): Promise<void> {
    const gids = await this.store.readOwnedGids(this.self, limit);
    const unknown = gids.filter((gid) => !this.adoption.isKnown(gid)).slice(0, this.adoption.room);
    if (unknown.length === 0) return;
    const recovered = await this.adoption.recover(unknown);
    if (recovered > 0) this.monitor.info('recovered own transactions that were not held', { count: recovered });
  }

  /** What owes only calls that are held back makes way for the rest; what would wait behind many others of its participant stays where it is. */
  private sort(rows: readonly StoredTransaction[], most: number): Sorted {
    const chosen: StoredTransaction[] = [];
    let postponed = 0;
    let passedOver = 0;
    for (const row of this.shuffled(rows)) {
      if (chosen.length >= most || passedOver >= MOST_PASSED_OVER) break;
      const judgement = this.resting.judge(row);
      if (judgement.kind === 'worth a claim') chosen.push(row);
      else if (judgement.kind === 'busy') passedOver += 1;
      else {
        this.adoption.postpone(row, judgement.untilMs, judgement.attention);
        postponed += 1;
      }
    }
    return { chosen, postponed, passedOver };
  }

  private *shuffled(rows: readonly StoredTransaction[]): Iterable<StoredTransaction> {
    const left = [...rows];
    for (let index = 0; index < left.length; index += 1) {
      const other = index + Math.floor(this.random.fraction() * (left.length - index));
      const row = left[other]!;
      left[other] = left[index]!;
      yield row;
    }
  }

  private claimed(count: number): number {
    if (count > 0) this.monitor.tookUp('rest', count);
    return count;
  }

  private claim(rows: readonly StoredTransaction[], most: number): number {
    const candidates = rows.filter((row) => !this.adoption.isKnown(row.gid));
    const chosen = Math.min(most, candidates.length);
    for (let index = 0; index < chosen; index += 1) {
      const other = index + Math.floor(this.random.fraction() * (candidates.length - index));
      const row = candidates[other]!;
      candidates[other] = candidates[index]!;
      this.adoption.claim(row);
    }
    if (chosen > 0) this.ramp.grow();
    return chosen;
  }
}
