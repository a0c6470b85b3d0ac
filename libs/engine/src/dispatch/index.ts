/** Protection of participants: breaker, gate, and the orders of operators. */
export { type BreakerPolicy, type BreakerState, defaultBreakerPolicy } from './breaker.js';
export { Dispatch, type DispatchHost, type DispatchState, type Hold } from './dispatch.js';
export type { Gate, GateLimits, GatePause, HoldCode } from './gate.js';
export { attentionOfHeld, type HeldRest, type Holds, heldRestOf } from './rest.js';
