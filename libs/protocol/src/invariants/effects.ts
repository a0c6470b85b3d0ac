/** I and E: what may happen at one branch, whatever became of the transaction. */
import { type BranchObservation, type Violation, violation } from './violation.js';

/** I: one business effect per (gid, branch, op), however often it is delivered. */
export function effectsTwice(observations: readonly BranchObservation[]): readonly Violation[] {
  return observations.flatMap(({ branch, ...counts }) =>
    (['forward', 'commit', 'rollback'] as const)
      .filter((op) => counts[op] > 1)
      .map((op) => violation('I', branch, `its ${op} op took effect ${counts[op]} times`)),
  );
}

/** E: commit and rollback never both take effect, and nothing takes effect once it was rolled back ("hanging"). */
export function contradictoryEffects(observations: readonly BranchObservation[]): readonly Violation[] {
  return observations.flatMap(({ branch, forward, commit, rollback, sealed }) => {
    if (commit > 0 && sealed) return [violation('E', branch, 'it was committed and rolled back')];
    return sealed && forward > rollback ? [violation('E', branch, 'its forward op took effect after it was rolled back')] : [];
  });
}
