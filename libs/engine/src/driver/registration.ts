/** Waits for the outcome of a try that a registration started, in memory: the answer to the initiator is the participant's own. */
import { type OpView, type Transaction, view } from '@assent/protocol';
import type { Timer } from '../ports/clock.js';
import type { Due, Scheduler } from '../time/index.js';
import type { Resident, Watcher } from './resident.js';

export class RegistrationWatch implements Watcher, Due {
  readonly ended: Promise<void>;
  private finish!: () => void;
  private readonly timer: Timer;
  private isOver = false;

  constructor(
    private readonly branch: string,
    waitMs: number,
    scheduler: Scheduler,
  ) {
    this.ended = new Promise((resolve) => {
      this.finish = resolve;
    });
    this.timer = scheduler.after(waitMs, this);
  }

  saw(present: Transaction): boolean {
    if (!this.isOver && hasOutcome(present, this.branch)) this.left();
    return this.isOver;
  }

  left(): void {
    this.timer.cancel();
    this.due();
  }

  /** Time has run out: the answer is how it stands. */
  due(): void {
    this.isOver = true;
    this.finish();
  }
}

/** How the forward op of a branch stands, in memory. */
export function forwardOf(resident: Resident, branch: string): OpView | null {
  const image = view(resident.present, resident.version, resident.finishedAtMs);
  return image.branches.find(({ id }) => id === branch)?.forward ?? null;
}

/** True when the forward op has ended for good, or nobody waits for it any more because the transaction is decided. */
export function hasOutcome(present: Transaction, branch: string): boolean {
  if (present.status !== 'active') return true;
  const forward = view(present, 0, null).branches.find(({ id }) => id === branch)?.forward;
  return forward === undefined || forward === null || ENDED.has(forward.outcome);
}

const ENDED: ReadonlySet<OpView['outcome']> = new Set(['succeeded', 'rejected', 'skipped', 'by_hand', 'failed']);
