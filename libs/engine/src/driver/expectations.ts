/**
 * Begins and commands that wait for durability, oldest first. One that has waited too long is answered honestly (DESIGN 7): what was never
 * sent is taken back, what may be in the store is `outcome_unknown`.
 */
import { EngineError } from '../errors.js';
import { FleetingMap } from '../memory/index.js';
import type { Clock } from '../ports/clock.js';
import { Acknowledgement, type Landing } from './acknowledgement.js';
import type { Resident } from './resident.js';

/** When a repeat may help. */
const RETRY_AFTER_MS = 1_000;

interface Expectation {
  readonly acknowledgement: Acknowledgement;
  readonly resident: Resident;
}

export class Expectations {
  /** By number, in the order of asking, which is the order of running out: all wait equally long. */
  private readonly pending = new FleetingMap<number, Expectation>();
  private asked = 0;

  constructor(
    private readonly clock: Clock,
    private readonly withinMs: number,
    /** Takes a begin that was never sent out of memory. */
    private readonly takeBack: (resident: Resident) => void,
  ) {}

  /** Resolves once the state with this revision is durable. */
  expect(resident: Resident, revision: number): Promise<Landing> {
    this.asked += 1;
    const number = this.asked;
    const acknowledgement = new Acknowledgement(revision, this.clock.monotonicMs(), () => this.pending.delete(number));
    this.pending.set(number, { acknowledgement, resident });
    resident.expect(acknowledgement);
    return acknowledgement.promise;
  }

  /** Answers those who have waited too long. */
  sweep(): void {
    const beforeMs = this.clock.monotonicMs() - this.withinMs;
    for (const { acknowledgement, resident } of this.pending.values()) {
      if (acknowledgement.sinceMs > beforeMs) break;
      const isUnsent = resident.durable === null && resident.flying === null;
      if (isUnsent) {
        const error = storeUnavailable(resident.gid);
        resident.refuseAll(error);
        this.takeBack(resident);
      } else {
        resident.dismiss(acknowledgement);
        acknowledgement.reject(outcomeUnknown(resident.gid));
      }
    }
  }
}

export function outcomeUnknown(gid: string): EngineError {
  const detail = `It is not known yet whether the store holds what was asked of ${gid}. Repeat it with the same gid.`;
  return new EngineError('outcome_unknown', detail, { gid, retryAfterMs: RETRY_AFTER_MS });
}

export function storeUnavailable(gid?: string): EngineError {
  return new EngineError('store_unavailable', 'The store cannot be reached; nothing was accepted.', { gid, retryAfterMs: RETRY_AFTER_MS });
}
