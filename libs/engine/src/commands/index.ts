/** What initiators ask for: carried out here, recorded for the node that drives the transaction, or found and carried out for another. */
export { type CommandPorts, Commands } from './commands.js';
export { Executor } from './executor.js';
export { Recorder } from './recorder.js';
