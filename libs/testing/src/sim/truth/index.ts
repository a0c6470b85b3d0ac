/** What an all-seeing observer knows of a run, and what it finds broken. */
export { ByHand } from './by-hand.js';
export { CallLedger } from './call-ledger.js';
export { Durable } from './durable.js';
export { type EffectKind, Effects, effectOf, resultOf } from './effects.js';
export { Fences } from './fences.js';
export { type Finding, Findings } from './findings.js';
export { Pauses } from './pauses.js';
export { Payloads } from './payloads.js';
export { Promises } from './promises.js';
