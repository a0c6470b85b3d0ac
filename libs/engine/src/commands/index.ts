/** What initiators ask for: carried out here, recorded for the node that drives the transaction, or found and carried out for another. */

export { type Choice, choicesOf } from './choices.js';
export { type CommandPorts, Commands } from './commands.js';
export type { Deed, DeedRefusal, Intervention, RefusedEarly } from './deed.js';
export { Executor } from './executor.js';
export { type DeedResult, Interventions, type Rehearsal } from './interventions.js';
export { Recorder } from './recorder.js';
export { type Sealing, type SealReport, seal } from './seal.js';
export { noteIdOf, readTold } from './told.js';
export { Turns } from './turns.js';
