/** All scenarios, in the order in which they run. */
import { lostAcknowledgementsScenario } from './lost-acknowledgements.js';
import { ordersUnderFailuresScenarios } from './orders-under-failures.js';
import { outageScenario } from './outage.js';
import { rushScenarios } from './rush.js';
import type { Scenario } from './scenario.js';

export const scenarios: readonly Scenario[] = [
  ...ordersUnderFailuresScenarios,
  ...rushScenarios,
  outageScenario,
  lostAcknowledgementsScenario,
];
export type { Findings, Scenario } from './scenario.js';
