/** The coordinator and the three services of the shop as processes, with their databases. */
export { accessKeysIn } from './access-keys.js';
export { DatabasesError, databasesOf } from './databases.js';
export { ProcessFailedError } from './managed-process.js';
export { Stack, type StackOptions } from './stack.js';
