/** Administration from the command line. */
export { type Ground, runCommand, UsageError, usage } from './commands.js';
