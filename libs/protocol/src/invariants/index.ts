/**
 * The promises of DESIGN section 3 as predicates: pure functions over states and over what branches' own databases say. Shared by the
 * exploration of the machine, the simulator, the fault tests and whoever watches a running system. Each returns what is broken; empty is well.
 */
export { mixedEffects, wrongDelivery } from './atomicity.js';
export { forgotten, leftTooEarly, takenBack } from './durability.js';
export { contradictoryEffects, effectsTwice } from './effects.js';
export { rolledBackOutsideHorizon, rolledBackTooEarly } from './order.js';
export type { BranchObservation, InvariantId, Violation } from './violation.js';
