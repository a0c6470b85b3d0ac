/** All scenarios, in the order in which they run. */
import { coordinatorKilledAtFailpoints, coordinatorKilledAtRandom, takeoverKilled } from './coordinator-killed.js';
import { coordinatorPaused, coordinatorPausedInFlush } from './coordinator-paused.js';
import { databaseKilled, databasePaused } from './database-hurt.js';
import { duplicateDeliveries } from './deliveries.js';
import { diskFull } from './disk-full.js';
import { hotRows } from './hot-rows.js';
import { isolatedNode } from './isolated-node.js';
import { lateCoordinator } from './late-coordinator.js';
import { lostAcknowledgementsScenario } from './lost-acknowledgements.js';
import { ordersUnderFailuresScenarios } from './orders-under-failures.js';
import { outageScenario } from './outage.js';
import { participantKilled, participantPaused } from './participant-hurt.js';
import { databasePartition, participantPartition } from './partitions.js';
import { previousBuild } from './previous-build.js';
import { rollingRestart } from './rolling-restart.js';
import { rushScenarios } from './rush.js';
import type { Scenario } from './scenario.js';
import { nodesCutOffInTurn, nodesKilledInTurn, nodesSplit } from './two-nodes.js';

/** Campaigns in the same kind of shop stand side by side, so that a short run can do them in one. */
export const scenarios: readonly Scenario[] = [
  ...ordersUnderFailuresScenarios,
  ...rushScenarios,
  outageScenario,
  lostAcknowledgementsScenario,
  coordinatorKilledAtFailpoints,
  coordinatorKilledAtRandom,
  lateCoordinator,
  coordinatorPaused,
  coordinatorPausedInFlush,
  participantKilled,
  participantPaused,
  databaseKilled,
  databasePaused,
  participantPartition,
  databasePartition,
  duplicateDeliveries,
  hotRows,
  rollingRestart,
  takeoverKilled,
  nodesKilledInTurn,
  nodesCutOffInTurn,
  nodesSplit,
  previousBuild,
  isolatedNode,
  diskFull,
];
export type { Scenario } from './scenario.js';
