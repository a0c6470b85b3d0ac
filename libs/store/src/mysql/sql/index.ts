/** The hand-written statements of MySQL and MariaDB. */
export { attempts } from './attempts.js';
export { attention, clearAttention, flags } from './attention.js';
export { audit, notes } from './audit.js';
export { begin } from './begin.js';
export { deleteApplied, deleteDismissed, readCommands, readRemainingCommands, recordCommands } from './commands.js';
export { DECLARE_DEAD, findStandingStill, standingStill } from './declare.js';
export { adoptEvents, backlog, deleteEvents, events, READ_ORPHANED, readEvents } from './events.js';
export { fence } from './fence.js';
export { UnstorableError } from './literals.js';
export { momentIfEntered, noteMoment, TELL_MOMENT } from './moment-of-flush.js';
export { type MoveShape, moveEach, shapeOf } from './move-each.js';
export { groupKey, moveGroup } from './move-group.js';
export { declarePredecessors, enterNode, leaveNode, lockNode, skipFlush } from './nodes.js';
export { READ_NODES, readDue, readExisting, readMany, readOwned, readOwnedGids, readWaiting, readWritten } from './reads.js';
export { countRefused, deleteRefused, noteRefused, readRefused, setAside } from './refused-events.js';
