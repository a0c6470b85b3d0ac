/** Calls at once what waits in back-off, or for its next poll. */
import type { Driver, Resident } from '../driver/index.js';
import type { DatabaseTime } from '../time/index.js';

/** Of these branches; nothing when the transaction has left memory. */
export function hurry(driver: Driver, resident: Resident, branches: readonly string[], time: DatabaseTime): void {
  if (!resident.here) return;
  const atMs = time.nowMs();
  for (const branch of branches) if (!driver.stepOnly(resident, { kind: 'hurried', branch, atMs })) return;
  driver.settle(resident);
}
