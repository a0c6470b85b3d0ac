/** What an alarm is about, so that its line in the log is found by transaction, branch, op and trace. */
import { view } from '@assent/protocol';
import type { Concern } from '../ports/monitor.js';
import type { Resident } from './resident.js';

export function concernOf({ gid, present }: Resident): Concern {
  return { gid, trace: present.definition.trace };
}

/** Of a branch that is parked: once the transaction is decided its end op, until then its forward op. An empty `branch`: the transaction itself. */
export function parkedConcernOf(resident: Resident, branch: string): Concern {
  const { decision, branches } = view(resident.present, resident.version, resident.finishedAtMs);
  const parked = branches.find(({ id }) => id === branch);
  const op = decision === null ? parked?.forward?.op : parked?.end?.op;
  return { ...concernOf(resident), branch, ...(op !== undefined && { op }) };
}
