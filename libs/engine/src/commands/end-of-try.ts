/** Waits for the outcome of the try that a registration has started. */
import { type Driver, RegistrationWatch, type Resident } from '../driver/index.js';
import type { Scheduler } from '../time/index.js';

/**
 * Resolves when the try has an outcome that will not change, nobody waits for one any more, or `waitMs` have passed. A refused try has decided to
 * abort: then the decision is durable when this resolves.
 */
export async function endOfTry(driver: Driver, scheduler: Scheduler, resident: Resident, branch: string, waitMs: number): Promise<void> {
  const watch = new RegistrationWatch(branch, waitMs, scheduler);
  if (!watch.saw(resident.present)) resident.watchers.push(watch);
  await watch.ended;
  if (resident.here && resident.present.status !== resident.durable?.status) await driver.durablyRepeated(resident);
}
