/**
 * Fetches from rest what waits for a participant: when nothing holds its calls back any more, and when an operator orders that everything be called
 * now. It brings no more at a time than the participant's gate takes, so that whoever comes back is not met by everything that waited.
 */
import { isFinal, type Transaction } from '@assent/protocol';
import type { Dispatch } from '../dispatch/index.js';
import type { Driver, Resident } from '../driver/index.js';
import type { BranchInvoker } from '../ports/branch-invoker.js';
import type { TransactionStore } from '../ports/transaction-store.js';
import type { DatabaseTime } from '../time/index.js';
import type { Adoption } from './adoption.js';
import { hurry } from './hurry.js';
import type { Ramp } from './ramp.js';
import type { Resting } from './resting.js';

export interface WakerPorts {
  readonly store: Pick<TransactionStore, 'readWaiting' | 'readMany'>;
  readonly adoption: Adoption;
  readonly driver: Driver;
  readonly dispatch: Dispatch<Resident>;
  readonly resting: Resting;
  readonly ramp: Ramp;
  readonly time: DatabaseTime;
  readonly invoker: Pick<BranchInvoker, 'participantOf'>;
  /** Told that there is work: the next round should begin now. */
  readonly hurry: () => void;
}

interface Errand {
  readonly participant: string;
  /** `due`: only what owes a call now. `all`: what waits in back-off is called now, too. */
  readonly kind: 'due' | 'all';
  /** How many are wanted still; `null`: all. */
  wanted: number | null;
  afterGid: string;
  readonly sinceMs: number;
  /** Claims since the present pass began. */
  found: number;
}

/** Rows read in one statement. */
const PAGE = 500;
/** Transactions in memory looked at in one round. */
const RESIDENTS_AT_ONCE = 1_000;
/** Images that were on their way to rest when the gate opened have landed by then: passes begin again until one finds nothing. */
const LAST_LANDING_MS = 2_000;

export class Waker {
  private readonly errands = new Map<string, Errand>();
  private readonly toHurry: Array<{ readonly resident: Resident; readonly participant: string }> = [];

  constructor(private readonly ports: WakerPorts) {}

  get isBusy(): boolean {
    return this.errands.size > 0 || this.toHurry.length > 0;
  }

  /** Fetches up to `most` that owe a call to this participant; `null`: all of them. */
  fetch(participant: string, most: number | null): void {
    this.begin('due', participant, most);
  }

  /** Lets everything that waits in back-off for this participant be called now, here and at rest. */
  hurryAll(participant: string): void {
    for (const resident of this.ports.driver.all()) this.toHurry.push({ resident, participant });
    this.begin('all', participant, null);
  }

  /** One portion of every errand. Throws `StoreUnavailableError`. */
  async round(): Promise<void> {
    this.hurryResidents();
    for (const [key, errand] of [...this.errands]) {
      if (await this.carryOn(errand)) this.errands.delete(key);
    }
  }

  private begin(kind: Errand['kind'], participant: string, wanted: number | null): void {
    const key = `${kind} ${participant}`;
    const running = this.errands.get(key);
    // A probe that is wanted while all are wanted is among them.
    if (running !== undefined && wanted !== null) return;
    this.errands.set(key, { participant, kind, wanted, afterGid: '', sinceMs: this.ports.time.nowMs(), found: 0 });
    this.ports.hurry();
  }

  private hurryResidents(): void {
    for (const { resident, participant } of this.toHurry.splice(0, RESIDENTS_AT_ONCE)) {
      if (resident.durable !== null) hurry(this.ports.driver, resident, this.branchesAt(resident.present, participant), this.ports.time);
    }
  }

  /** True when the errand is done. */
  private async carryOn(errand: Errand): Promise<boolean> {
    const { store, adoption, ramp, dispatch, time } = this.ports;
    const room = Math.min(PAGE, ramp.size, adoption.room, dispatch.roomOf(errand.participant), errand.wanted ?? PAGE);
    if (room <= 0) return false;
    const gids = await store.readWaiting(errand.participant, errand.afterGid, PAGE);
    const unknown = gids.filter((gid) => !adoption.isKnown(gid));
    const claimed = await this.claim(errand, unknown, room);
    errand.found += claimed.count;
    errand.afterGid = claimed.upTo ?? gids.at(-1) ?? '';
    if (claimed.count > 0) ramp.grow();
    if (errand.wanted !== null) errand.wanted -= claimed.count;
    if (errand.wanted !== null && errand.wanted <= 0) return true;
    if (claimed.upTo !== null || gids.length === PAGE) return false;
    if (errand.kind === 'all' || errand.wanted !== null) return true;
    const isLast = errand.found === 0 && time.nowMs() - errand.sinceMs >= LAST_LANDING_MS;
    errand.found = 0;
    errand.afterGid = '';
    return isLast;
  }

  /** Claims at most `most` of these; `upTo`: the gid after which it has to go on, when it had to stop. */
  private async claim(
    { kind, participant }: Errand,
    gids: readonly string[],
    most: number,
  ): Promise<{ readonly count: number; readonly upTo: string | null }> {
    const { store, adoption, resting } = this.ports;
    let count = 0;
    for (const row of (await store.readMany(gids)).toSorted((a, b) => (a.gid < b.gid ? -1 : 1))) {
      // It may have ended since its gid was read: what is final is nobody's.
      if (row.owner !== null || isFinal(row.status) || adoption.isKnown(row.gid)) continue;
      if (kind === 'due' && !resting.owesNow(row)) continue;
      adoption.claim(row, kind === 'all' ? (tx) => this.branchesAt(tx, participant) : undefined);
      count += 1;
      if (count >= most) return { count, upTo: row.gid };
    }
    return { count, upTo: null };
  }

  private branchesAt(tx: Transaction, participant: string): readonly string[] {
    const { invoker } = this.ports;
    return tx.definition.branches.filter(({ endpoint }) => invoker.participantOf(endpoint) === participant).map(({ id }) => id);
  }
}
