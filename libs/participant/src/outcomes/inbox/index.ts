/** What a consumer keeps in the service's own database. */
export { type DeadLetter, type DeadLetterKey, type DeadLetterState, DeadLetters } from './dead-letters.js';
export { Inbox } from './inbox.js';
export { CreateOutcomeTables1764000000100 } from './tables.migration.js';
